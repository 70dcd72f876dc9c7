package io.synapse.engine;

import java.util.Objects;

/**
 * A question of the same conversation that was asked before, and what was shown of its answer. Immutable.
 *
 * @param question what was asked
 * @param answer the text that the client was shown, character by character; empty if there was none
 * @param truncated whether the answer was stopped before its end, by an interrupt, a time-out or a failure
 */
public record EarlierTurn(String question, String answer, boolean truncated) {

    /** Checks that nothing is missing. */
    public EarlierTurn {
        Objects.requireNonNull(question, "question");
        Objects.requireNonNull(answer, "answer");
    }
}
