package io.synapse.endpoint;

import io.synapse.connection.HeartbeatRule;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.routing.GatewayRouter;

/**
 * What all connections of the {@code /ws} socket share.
 *
 * @param sockets what they share with those of every other socket
 * @param router takes messages
 * @param codecs makes codecs
 * @param heartbeat when a connection is idle
 */
public record GatewayDependencies(
        SocketDependencies sockets, GatewayRouter router, ObjectCodecs codecs, HeartbeatRule heartbeat) {}
