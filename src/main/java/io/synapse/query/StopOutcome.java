package io.synapse.query;

/**
 * What an interrupt achieved.
 *
 * @param stopped whether the engine's work had ended when this was said; false if it went on past the bound
 * @param afterMillis how long that took
 * @param lastSeq the seq of the last thought; none comes after it
 */
public record StopOutcome(boolean stopped, long afterMillis, long lastSeq) {}
