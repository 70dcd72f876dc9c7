/**
 * Who may connect, and as whom: API keys, handshake tokens, origins, and the rules of development mode. Decisions are
 * made here from plain values; the outermost package carries them out.
 */
package io.synapse.security;
