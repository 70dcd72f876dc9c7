package io.synapse.config;

import java.time.Duration;

/**
 * What is kept of conversations, and what a query does that finds another one of its conversation before it.
 *
 * @param doubleTexting what it does if it does not say
 * @param maxWaiting queries of one conversation that wait for one that runs; one more is refused
 * @param maxTurns turns kept of one conversation; the oldest goes first
 * @param maxBytes memory of one conversation; the oldest turns go first
 * @param max conversations at a time; the one used longest ago goes first
 * @param maxPerSubject the same, of those of one subject
 * @param totalBytes memory of all; the conversation used longest ago goes first
 * @param keep how long a conversation is kept that is not used
 * @param pageSize turns, or conversations, in one answer
 */
public record ConversationConfig(
        DoubleTexting doubleTexting,
        int maxWaiting,
        int maxTurns,
        int maxBytes,
        int max,
        int maxPerSubject,
        int totalBytes,
        Duration keep,
        int pageSize) {}
