package io.synapse.config;

import java.time.Duration;
import java.util.Map;

/**
 * How much each subject may use.
 *
 * @param usual for those that are not named
 * @param subjects for those that are, by name
 * @param window how long until all may begin anew; windows begin at multiples of it since 1970
 * @param maxSubjects of how many it is known at a time what they have used
 */
public record BudgetConfig(Limits usual, Map<String, Limits> subjects, Duration window, int maxSubjects) {

    /** Copies the map. */
    public BudgetConfig {
        subjects = Map.copyOf(subjects);
    }

    /**
     * How much one subject may use in a window.
     *
     * @param queries of engines; 0 for any number
     * @param outputTokens that engines produce; 0 for any number
     */
    public record Limits(long queries, long outputTokens) {

        /**
         * Whether there is any bound.
         *
         * @return false if both numbers are 0
         */
        public boolean areBounds() {
            return queries > 0 || outputTokens > 0;
        }
    }

    /**
     * How much a subject may use.
     *
     * @param subject its name
     * @return its own limits, or the usual ones
     */
    public Limits of(String subject) {
        return subjects.getOrDefault(subject, usual);
    }
}
