package io.synapse.config;

import java.util.List;

/**
 * What keeps one client from taking what is there for all.
 *
 * @param trustedProxies whose word about where a client is counts
 * @param connections how many connections
 * @param rates how many messages
 */
public record GuardConfig(List<AddressBlock> trustedProxies, ConnectionBounds connections, MessageRates rates) {

    /** Copies the list. */
    public GuardConfig {
        trustedProxies = List.copyOf(trustedProxies);
    }

    /**
     * Whether clients may come and ask as fast as they like.
     *
     * @return true where neither is bounded
     */
    public boolean isLifted() {
        return !connections.opened().isBounded() && !rates.messages().isBounded();
    }
}
