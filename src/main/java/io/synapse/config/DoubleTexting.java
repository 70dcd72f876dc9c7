package io.synapse.config;

import java.util.Optional;

/** What a query does that comes while another one of its conversation runs or waits. */
public enum DoubleTexting {
    /** It is refused. */
    REJECT("reject"),
    /** It waits until those before it have ended. */
    ENQUEUE("enqueue"),
    /** Those before it are interrupted; what they have shown stays in the conversation. */
    INTERRUPT("interrupt"),
    /** Those before it are interrupted, and are gone from the conversation. */
    ROLLBACK("rollback");

    /** All words, for those who said another one. */
    public static final String WORDS = "reject, enqueue, interrupt or rollback";

    private final String word;

    DoubleTexting(String word) {
        this.word = word;
    }

    /**
     * The rule of a word.
     *
     * @param word on the wire, or in the configuration
     * @return the rule; empty if there is none of this word
     */
    public static Optional<DoubleTexting> of(String word) {
        for (DoubleTexting rule : values()) {
            if (rule.word.equals(word)) {
                return Optional.of(rule);
            }
        }
        return Optional.empty();
    }

    /**
     * Whether it stops those before it.
     *
     * @return true if they are interrupted
     */
    public boolean stopsOthers() {
        return this == INTERRUPT || this == ROLLBACK;
    }
}
