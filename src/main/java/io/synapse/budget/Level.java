package io.synapse.budget;

import java.time.Instant;

/**
 * How far a subject is with one of its limits.
 *
 * @param kind of what
 * @param used in this window; may be a little more than the limit
 * @param limit at least 1
 * @param resetsAt the end of the window
 */
public record Level(Kind kind, long used, long limit, Instant resetsAt) {

    private static final int HUNDRED = 100;

    /** What is counted. */
    public enum Kind {
        /** Queries that were accepted. */
        QUERIES("queries"),
        /** Tokens that engines produced. */
        OUTPUT_TOKENS("output_tokens");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /**
         * The word on the wire.
         *
         * @return lower-case
         */
        public String word() {
            return word;
        }
    }

    /**
     * How much of the limit is used.
     *
     * @return percent, rounded down; more than 100 if more is used than may be
     */
    public long percent() {
        return used * HUNDRED / limit;
    }

    /**
     * Whether nothing is left.
     *
     * @return true from 100 percent on
     */
    public boolean isExhausted() {
        return used >= limit;
    }
}
