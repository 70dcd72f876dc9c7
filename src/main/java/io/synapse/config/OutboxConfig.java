package io.synapse.config;

import java.time.Duration;

/**
 * Bounds on what waits to be sent to one connection.
 *
 * @param maxMessages frames waiting; one more disconnects the client as too slow
 * @param maxBytes UTF-8 bytes waiting; one frame more disconnects the client as too slow
 * @param lowWaterBytes below this a stream may add more; streams never fill the outbox further than this
 * @param sendTimeout how long one frame may be in the hands of the container before the client is disconnected
 */
public record OutboxConfig(int maxMessages, int maxBytes, int lowWaterBytes, Duration sendTimeout) {

    /** Checks that the water mark lies below the bound. */
    public OutboxConfig {
        if (lowWaterBytes > maxBytes) {
            throw new ConfigException("synapse.outbox.low-water-bytes", "must not exceed synapse.outbox.max-bytes");
        }
    }
}
