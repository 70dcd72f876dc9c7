package io.synapse.query;

/**
 * The identity of a query.
 *
 * @param agent the agent asked
 * @param ref the client's name for it
 */
public record QueryId(String agent, String ref) {}
