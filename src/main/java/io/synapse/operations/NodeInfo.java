package io.synapse.operations;

import io.synapse.config.Mode;

/**
 * What runs here. Immutable.
 *
 * @param version of Synapse
 * @param mode development or production
 * @param engine the name of the engine that answers
 * @param health where health answers, see {@link HealthPlace}
 */
public record NodeInfo(String version, Mode mode, String engine, String health) {}
