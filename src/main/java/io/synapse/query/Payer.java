package io.synapse.query;

/**
 * Who pays for a query. Immutable.
 *
 * @param tenant whose share of the places it takes
 * @param subject whose budget it takes from, and who is known to have asked
 */
public record Payer(String tenant, String subject) {}
