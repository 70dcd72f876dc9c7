package io.synapse.config;

import java.time.Duration;

/**
 * Bounds on what one client can ask of a node.
 *
 * @param connections open connections on this node; one more is refused with 503 in the handshake
 * @param messageBytes UTF-8 bytes of one message from a client; a larger one closes with 1009
 * @param nestingDepth how deep a payload may nest
 * @param topicsPerConnection topics one connection may have joined at a time
 * @param malformedFrames malformed frames of one connection that are answered; one more closes it with 1008
 * @param closeDelay how long a connection that is to be closed for a fault of its own is held first, because the
 *     Phoenix client redials 10 ms after a close
 */
public record LimitsConfig(
        int connections,
        int messageBytes,
        int nestingDepth,
        int topicsPerConnection,
        int malformedFrames,
        Duration closeDelay) {}
