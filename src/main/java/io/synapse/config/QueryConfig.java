package io.synapse.config;

import java.time.Duration;

/**
 * The life of queries on this node.
 *
 * @param engine the name of the engine that answers
 * @param maxConcurrent queries that run at a time
 * @param maxQueued queries that wait for a place; one more is refused as {@code overloaded}
 * @param defaultTimeout for a query that names no timeout
 * @param maxTimeout the longest timeout a query may ask for
 * @param maxThoughts thoughts of one query; one more ends it with {@code error: output_limit}
 * @param maxOutputBytes memory one query's thoughts may take; more ends it with {@code error: output_limit}
 * @param maxLag thoughts the least delayed follower may be behind before the engine is slowed
 * @param stopTimeout how long an interrupt waits for the engine before it says {@code stopped:false}
 * @param keptCount finished queries that are remembered
 * @param keptBytes memory of all finished queries that are remembered
 * @param keptAge how long a finished query is remembered
 * @param fairness how tenants share the places
 */
public record QueryConfig(
        String engine,
        int maxConcurrent,
        int maxQueued,
        Duration defaultTimeout,
        Duration maxTimeout,
        int maxThoughts,
        int maxOutputBytes,
        int maxLag,
        Duration stopTimeout,
        int keptCount,
        long keptBytes,
        Duration keptAge,
        FairnessConfig fairness) {

    /** Checks that the default lies within the maximum. */
    public QueryConfig {
        if (defaultTimeout.compareTo(maxTimeout) > 0) {
            throw new ConfigException("synapse.query.default-timeout", "must not exceed synapse.query.max-timeout");
        }
    }
}
