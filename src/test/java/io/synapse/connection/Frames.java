package io.synapse.connection;

import io.synapse.config.OutboxConfig;
import io.synapse.protocol.EncodedFrame;
import java.time.Duration;

/** Frames and bounds for the tests of this package. */
final class Frames {

    static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

    private Frames() {}

    static EncodedFrame text(String text) {
        return new EncodedFrame.Text(text, text.length());
    }

    static EncodedFrame ofSize(int bytes) {
        return new EncodedFrame.Text("x".repeat(bytes), bytes);
    }

    static OutboxConfig bounds(int maxMessages, int maxBytes, int lowWaterBytes) {
        return new OutboxConfig(maxMessages, maxBytes, lowWaterBytes, SEND_TIMEOUT);
    }

    static OutboxConfig roomy() {
        return bounds(1_000_000, 1 << 30, 1 << 20);
    }
}
