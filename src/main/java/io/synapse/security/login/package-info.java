/**
 * Logins: who has shown once who they are gets a {@code session_token} to show from then on, and tickets for one handshake each.
 * Outside they are called login sessions; the package {@code session} has the ones that a connection comes back to.
 */
package io.synapse.security.login;
