package io.synapse.config;

import java.util.List;
import java.util.Optional;

/**
 * What the {@code /ws} socket offers.
 *
 * @param node the name of this node, which messages on channels carry; empty: a random one for each start
 * @param channels channels that clients may send to, as patterns in which {@code *} is one segment
 * @param defaultChannel where a message goes that names no channel
 */
public record GatewayConfig(Optional<String> node, List<String> channels, String defaultChannel) {

    /** Copies the list. */
    public GatewayConfig {
        channels = List.copyOf(channels);
    }
}
