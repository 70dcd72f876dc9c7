package io.synapse.config;

import java.time.Duration;
import java.util.Optional;

/**
 * API keys that are made while the node runs.
 *
 * @param file where they are kept; empty: in memory only
 * @param max keys at a time, those that were revoked and are still listed included
 * @param maxGrace how long the old secret of a key may go on after a rotation
 * @param tokenLifetime how long a token lasts that says nothing
 */
public record KeysConfig(Optional<String> file, int max, Duration maxGrace, Duration tokenLifetime) {}
