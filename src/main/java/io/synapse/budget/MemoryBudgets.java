package io.synapse.budget;

import io.synapse.budget.Level.Kind;
import io.synapse.config.BudgetConfig;
import io.synapse.config.BudgetConfig.Limits;
import io.synapse.platform.Timers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@link Budgets} in the memory of this node. What a subject has used is forgotten when its window has ended. A clock that
 * is set back gives nobody a window twice.
 */
public final class MemoryBudgets implements Budgets {

    private static final Duration SHORTEST_WAIT = Duration.ofMillis(1);

    private final BudgetConfig config;
    private final Clock clock;
    private final Timers timers;
    private final long windowMillis;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private final AtomicInteger known = new AtomicInteger();
    private final AtomicBoolean expiryArmed = new AtomicBoolean();

    /**
     * Budgets of which nothing is used.
     *
     * @param config the limits
     * @param clock tells the windows
     * @param timers for the ends of windows
     */
    public MemoryBudgets(BudgetConfig config, Clock clock, Timers timers) {
        this.config = config;
        this.clock = clock;
        this.timers = timers;
        windowMillis = config.window().toMillis();
    }

    @Override
    public Admission admit(String subject) {
        Limits limits = config.of(subject);
        long now = window();
        if (!limits.areBounds()) {
            return new Admission(Decision.ADMITTED, now, List.of());
        }
        Admission[] told = {new Admission(Decision.FULL, now, List.of())};
        accounts.compute(subject, (name, present) -> {
            Account account = of(present, now);
            if (account != null) {
                told[0] = account.admit(limits);
            }
            return account;
        });
        arm();
        return told[0];
    }

    @Override
    public void giveBack(String subject, Admission taken) {
        Limits limits = config.of(subject);
        accounts.computeIfPresent(subject, (name, account) -> {
            if (account.window == taken.window()) {
                account.queries = Math.max(0, account.queries - 1);
                if (!taken.warnings().isEmpty()) {
                    account.queryMarks.takeBack(account.queries(limits.queries()));
                }
            }
            return account;
        });
    }

    @Override
    public Spending spend(String subject, long tokens) {
        Limits limits = config.of(subject);
        long now = window();
        // Whoever was admitted before the window turned is known, or finds a place that others have left.
        Spending[] told = {new Spending(true, false, now, List.of())};
        if (limits.outputTokens() > 0) {
            accounts.compute(subject, (name, present) -> {
                Account account = of(present, now);
                if (account != null) {
                    told[0] = account.spend(limits.outputTokens(), tokens);
                }
                return account;
            });
            arm();
        }
        return told[0];
    }

    @Override
    public void correct(String subject, long window, long tokens) {
        accounts.computeIfPresent(subject, (name, account) -> {
            if (account.window == window) {
                account.tokens = Math.max(0, account.tokens + tokens);
            }
            return account;
        });
    }

    @Override
    public Usage usage(String subject) {
        Limits limits = config.of(subject);
        long[] used = {0, 0, window()};
        accounts.computeIfPresent(subject, (name, account) -> {
            if (account.window >= used[2]) {
                used[0] = account.queries;
                used[1] = account.tokens;
                used[2] = account.window;
            }
            return account;
        });
        Instant end = end(used[2]);
        List<Level> levels = new ArrayList<>();
        if (limits.queries() > 0) {
            levels.add(new Level(Kind.QUERIES, used[0], limits.queries(), end));
        }
        if (limits.outputTokens() > 0) {
            levels.add(new Level(Kind.OUTPUT_TOKENS, used[1], limits.outputTokens(), end));
        }
        return new Usage(config.window(), end, levels);
    }

    @Override
    public int subjects() {
        return known.get();
    }

    /** The account for the present window; null if there is none, and no place for one. */
    private Account of(Account present, long now) {
        if (present != null) {
            present.begin(now);
            return present;
        }
        if (known.incrementAndGet() > config.maxSubjects()) {
            known.decrementAndGet();
            return null;
        }
        return new Account(now);
    }

    private long window() {
        return Math.floorDiv(clock.millis(), windowMillis);
    }

    private Instant end(long window) {
        return Instant.ofEpochMilli((window + 1) * windowMillis);
    }

    private void arm() {
        if (known.get() > 0 && expiryArmed.compareAndSet(false, true)) {
            Duration left = Duration.between(clock.instant(), end(window()));
            timers.after(left.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : left, this::expire);
        }
    }

    private void expire() {
        long now = window();
        for (String subject : accounts.keySet()) {
            accounts.computeIfPresent(subject, (name, account) -> {
                if (account.window >= now) {
                    return account;
                }
                known.decrementAndGet();
                return null;
            });
        }
        expiryArmed.set(false);
        arm();
    }

    /** What one subject has used; only looked at while nobody else does. */
    private final class Account {
        private final Marks queryMarks = new Marks();
        private final Marks tokenMarks = new Marks();
        private long window;
        private long queries;
        private long tokens;

        private Account(long window) {
            this.window = window;
        }

        private void begin(long now) {
            if (now > window) {
                window = now;
                queries = 0;
                tokens = 0;
                queryMarks.clear();
                tokenMarks.clear();
            }
        }

        private Admission admit(Limits limits) {
            boolean noQueries = limits.queries() > 0 && queries >= limits.queries();
            boolean noTokens = limits.outputTokens() > 0 && tokens >= limits.outputTokens();
            if (noQueries || noTokens) {
                return new Admission(Decision.EXHAUSTED, window, List.of());
            }
            queries++;
            return new Admission(
                    Decision.ADMITTED,
                    window,
                    limits.queries() == 0 ? List.of() : queryMarks.passed(queries(limits.queries())));
        }

        private Level queries(long limit) {
            return new Level(Kind.QUERIES, queries, limit, end(window));
        }

        private Spending spend(long limit, long more) {
            if (tokens >= limit) {
                return new Spending(false, true, window, List.of());
            }
            tokens += more;
            return new Spending(
                    true,
                    tokens >= limit,
                    window,
                    tokenMarks.passed(new Level(Kind.OUTPUT_TOKENS, tokens, limit, end(window))));
        }
    }
}
