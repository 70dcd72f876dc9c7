package io.synapse.topic;

import java.util.Optional;

/** What happens when a subscriber reads a topic more slowly than it is written to. */
public enum SlowPolicy {
    /**
     * Publishing to the topic is refused while this subscriber is a whole window behind. For those who serve a topic: only
     * what grows too old, or falls to the bound on all topics together, is lost to them, with a {@code gap}.
     */
    BLOCK("block"),
    /** What it has not read goes when the topic's window moves on; a {@code gap} event says how much. */
    DROP_OLDEST("drop-oldest"),
    /** When something it has not read goes, its connection is closed as too slow, and no gap is passed over. */
    DISCONNECT("disconnect");

    private final String word;

    SlowPolicy(String word) {
        this.word = word;
    }

    /**
     * The word on the wire and in the configuration.
     *
     * @return lower-case, with dashes
     */
    public String word() {
        return word;
    }

    /**
     * Finds a policy.
     *
     * @param word its word
     * @return the policy, or empty if there is none
     */
    public static Optional<SlowPolicy> of(String word) {
        for (SlowPolicy policy : values()) {
            if (policy.word.equals(word)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
