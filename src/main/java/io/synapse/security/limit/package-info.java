/** How much one client may take: where it is, how many connections it has, and how fast it sends. */
package io.synapse.security.limit;
