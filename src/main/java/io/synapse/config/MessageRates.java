package io.synapse.config;

import java.util.Map;

/**
 * How many messages a connection may send, and all connections of a subject together.
 *
 * @param messages those that ask for something
 * @param queries queries, among these
 * @param publishes publications, among these
 * @param all everything that is said
 * @param factors how many times as much those with a role may
 * @param refusals refused in a row, after which the connection is closed; 0 for never
 * @param maxSubjects subjects that are told apart
 */
public record MessageRates(
        Rate messages,
        Rate queries,
        Rate publishes,
        Rate all,
        Map<String, Integer> factors,
        int refusals,
        int maxSubjects) {

    /** Copies the map. */
    public MessageRates {
        factors = Map.copyOf(factors);
    }
}
