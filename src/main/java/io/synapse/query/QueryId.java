package io.synapse.query;

/**
 * The identity of a query.
 *
 * @param tenant whose it is; empty for nobody's in particular. The same agent and ref are another query of another tenant
 * @param agent the agent asked
 * @param ref the client's name for it
 */
public record QueryId(String tenant, String agent, String ref) {}
