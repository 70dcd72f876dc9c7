/**
 * What each decoded message means: from a message on a connection to a call on a service, and from what came of it to
 * the reply. Knows the rules of the Phoenix channel protocol (joins, leaves, stale joins, crashes) and nothing of
 * sockets or of how frames are written.
 */
package io.synapse.routing;
