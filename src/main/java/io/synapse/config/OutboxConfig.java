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

    // The refs and the topic of the frame, the ref and the figures of the result.
    private static final int ENVELOPE_BYTES = 4096;

    /** Checks that the water mark lies below the bound. */
    public OutboxConfig {
        if (lowWaterBytes > maxBytes) {
            throw new ConfigException("synapse.outbox.low-water-bytes", "must not exceed synapse.outbox.max-bytes");
        }
    }

    /**
     * The largest payload that a stream may send: with its envelope it fits beside what streams leave waiting, so that no
     * client is cut off for it. If the water mark is over half the bound, not all of them do.
     *
     * @return UTF-8 bytes
     */
    public int maxPayloadBytes() {
        return Math.max(maxBytes - lowWaterBytes, maxBytes / 2) - ENVELOPE_BYTES;
    }
}
