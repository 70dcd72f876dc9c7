package io.synapse.config;

/**
 * How many connections there may be. Where a number of connections may be 0, that is no bound.
 *
 * @param all on this node
 * @param perAddress from one address
 * @param perKey with one API key and the tokens that were made from it
 * @param perUser of one user
 * @param opened how often one address may open another
 * @param failures how often somebody at one address may show a credential that is not good
 * @param closing connections that are opened only to be closed with a code, at a time
 * @param maxAddresses addresses that are told apart
 */
public record ConnectionBounds(
        int all, int perAddress, int perKey, int perUser, Rate opened, Rate failures, int closing, int maxAddresses) {}
