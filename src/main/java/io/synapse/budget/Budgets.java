package io.synapse.budget;

import io.synapse.config.BudgetConfig;
import io.synapse.config.BudgetConfig.Limits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What each subject has used of what it may, in the present window of time. Safe for use by many threads; nothing here
 * waits, and a subject without limits costs nothing. {@code BudgetsContract} in the tests says what each kind must do.
 */
public interface Budgets {

    /** What came of asking for a query. */
    enum Decision {
        /** It may be asked, and is counted. */
        ADMITTED,
        /** A limit is reached; until the window ends nothing is admitted. */
        EXHAUSTED,
        /** It is known of as many subjects as may be what they have used, and of this one it is not. */
        FULL
    }

    /**
     * What came of asking for a query.
     *
     * @param decision what
     * @param window the window it is counted in
     * @param warnings limits that are nearly reached, each told once for each mark in a window
     */
    record Admission(Decision decision, long window, List<Level> warnings) {

        /** Copies the list. */
        public Admission {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * What came of spending tokens.
     *
     * @param allowed false if nothing was left before; then nothing was counted
     * @param exhausted whether nothing is left now
     * @param window the window they are counted in
     * @param warnings as those of an admission
     */
    record Spending(boolean allowed, boolean exhausted, long window, List<Level> warnings) {

        /** Copies the list. */
        public Spending {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * What a subject has used.
     *
     * @param window how long a window is
     * @param resetsAt when the present one ends
     * @param levels one for each of its limits
     */
    record Usage(Duration window, Instant resetsAt, List<Level> levels) {

        /** Copies the list. */
        public Usage {
            levels = List.copyOf(levels);
        }
    }

    /**
     * Counts a query, if it may be asked.
     *
     * @param subject who asks
     * @return what came of it
     */
    Admission admit(String subject);

    /**
     * Takes back a query that was admitted and not asked.
     *
     * @param subject who asked
     * @param taken the admission, whose warnings were not told; if its window has ended, nothing happens
     */
    void giveBack(String subject, Admission taken);

    /**
     * Counts tokens before they are used, if anything is left. So all spending together goes past a limit by less than what
     * is spent in one call.
     *
     * @param subject for whom they are produced
     * @param tokens 0 or more
     * @return what came of it
     */
    Spending spend(String subject, long tokens);

    /**
     * Corrects what was spent by an estimate.
     *
     * @param subject for whom
     * @param window that of the spending; if it has ended, nothing happens
     * @param tokens how many more they were; negative if they were fewer
     */
    void correct(String subject, long window, long tokens);

    /**
     * What a subject has used.
     *
     * @param subject who
     * @return figures of one moment
     */
    Usage usage(String subject);

    /**
     * Of how many subjects it is known what they have used.
     *
     * @return 0 or more
     */
    int subjects();

    /**
     * Budgets without any limit.
     *
     * @param clock the time
     * @return they remember nothing
     */
    static Budgets unlimited(Clock clock) {
        Limits none = new Limits(0, 0);
        return new MemoryBudgets(
                new BudgetConfig(none, Map.of(), Duration.ofDays(1), 1), clock, (delay, action) -> () -> {});
    }
}
