/**
 * The stream with positions, the one notion under queries and topics: append, read from a position, follow. Subscribing,
 * resuming after a drop, a second viewer, replay and history are all "read from a position, then follow", and are built
 * here once.
 */
package io.synapse.stream;
