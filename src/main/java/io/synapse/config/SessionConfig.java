package io.synapse.config;

import java.time.Duration;

/**
 * What is kept of clients that have lost their connection.
 *
 * @param keep how long it is kept; zero keeps nothing
 * @param max sessions at a time, of clients that are there and of those that may come back
 * @param totalBytes memory of what is kept of those that may come back
 */
public record SessionConfig(Duration keep, int max, int totalBytes) {}
