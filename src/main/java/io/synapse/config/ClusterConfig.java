package io.synapse.config;

import java.time.Duration;

/**
 * Whether this node shares its state with others.
 *
 * @param isShared whether it does; a node alone keeps everything in its memory
 * @param lease how long a node that is not heard of counts, at most, until what was its own has ended, 1 s to 5 min
 * @param redis where shared state is
 */
public record ClusterConfig(boolean isShared, Duration lease, RedisConfig redis) {}
