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
 */
public record GatewayConfig(
        Optional<String> node, List<String> channels, String defaultChannel, List<String> engineChannels) {

    /** Copies the lists. */
    public GatewayConfig {
        channels = List.copyOf(channels);
        engineChannels = List.copyOf(engineChannels);
    }
}
