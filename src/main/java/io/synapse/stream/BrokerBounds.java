package io.synapse.stream;

import java.time.Duration;

/**
 * How much a broker keeps in memory.
 *
 * @param topic of one topic
 * @param topics how many topics, at least 1; one more is refused unless one that nobody uses can go
 * @param totalBytes of all topics together, keys too; past it, what is oldest goes, whichever topic it is of
 * @param keys idempotency keys remembered for one topic, 0 or more; the oldest go
 * @param keyAge how long a key is remembered
 */
public record BrokerBounds(StreamBounds topic, int topics, long totalBytes, int keys, Duration keyAge) {}
