package io.synapse.stream;

import java.time.Duration;

/**
 * How much of a stream is kept. When an append passes a bound, the oldest entries go.
 *
 * @param count entries, at least 1
 * @param bytes memory of all entries; the newest entry is kept even if it alone is larger
 * @param age of an entry
 */
public record StreamBounds(int count, long bytes, Duration age) {

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if one of them keeps nothing
     */
    public StreamBounds {
        if (count < 1 || bytes < 1 || age.isNegative() || age.isZero()) {
            throw new IllegalArgumentException("bounds must be positive: " + count + ", " + bytes + ", " + age);
        }
    }
}
