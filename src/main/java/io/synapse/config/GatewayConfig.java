package io.synapse.config;

import java.util.List;
import java.util.Optional;

/**
 * What the {@code /ws} socket offers.
 *
 * @param node the name of this node, which messages on channels carry; empty: a random one for each start
 * @param channels channels that clients may send to, as patterns in which {@code *} is one segment
 * @param defaultChannel where a message goes that names no channel
 * @param engineChannels those of the channels that the engine answers on, as such patterns
 * @param batch several messages in a frame, and compression
 */
public record GatewayConfig(
        Optional<String> node, List<String> channels, String defaultChannel, List<String> engineChannels, Batch batch) {

    /**
     * Bounds of frames with several messages and of compressed ones, for clients that understand them.
     *
     * @param bytes the largest frame into which messages that wait are joined
     * @param messages how many messages of one frame from a client are read
     * @param deflateBytes the smallest message that is compressed
     */
    public record Batch(int bytes, int messages, int deflateBytes) {}

    /** Copies the lists. */
    public GatewayConfig {
        channels = List.copyOf(channels);
        engineChannels = List.copyOf(engineChannels);
    }
}
