package io.synapse.endpoint;

import io.synapse.connection.HeartbeatRule;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.routing.MessageRouter;

/**
 * What all connections of the cortex socket share.
 *
 * @param sockets what they share with those of every other socket
 * @param router takes messages
 * @param codecs makes codecs
 * @param heartbeat when a connection is idle
 */
public record CortexDependencies(
        SocketDependencies sockets, MessageRouter router, PhoenixCodecs codecs, HeartbeatRule heartbeat) {}
