package io.synapse.platform;

/**
 * What this node is called, among all that run the same application.
 *
 * @param text as it was configured, or else unguessable and new at each start
 */
public record NodeName(String text) {}
