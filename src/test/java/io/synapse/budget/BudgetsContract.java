package io.synapse.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.budget.Budgets.Admission;
import io.synapse.budget.Budgets.Decision;
import io.synapse.budget.Budgets.Spending;
import io.synapse.budget.Level.Kind;
import io.synapse.config.BudgetConfig;
import io.synapse.config.BudgetConfig.Limits;
import io.synapse.testing.ManualTimers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What budgets must do, in whatever memory. */
@Timeout(60)
abstract class BudgetsContract {

    private static final Duration WINDOW = Duration.ofHours(1);
    private static final long START = 1_700_000_000_000L - 1_700_000_000_000L % WINDOW.toMillis();

    private final AtomicLong now = new AtomicLong(START);
    private final ManualTimers timers = new ManualTimers();
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(now.get());
        }
    };

    /** Budgets of which nothing is used. */
    abstract Budgets budgets(BudgetConfig config, Clock clock, ManualTimers timers);

    private Budgets budgets(Limits usual, Map<String, Limits> subjects, int maxSubjects) {
        return budgets(new BudgetConfig(usual, subjects, WINDOW, maxSubjects), clock, timers);
    }

    private Budgets budgets(long queries, long tokens) {
        return budgets(new Limits(queries, tokens), Map.of(), 1000);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toMillis());
        timers.advance(time);
    }

    @Test
    @DisplayName("B9: as many queries as the limit says, then none until the window turns")
    void queries() {
        Budgets budgets = budgets(3, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(budgets.admit("a").decision()).isEqualTo(Decision.ADMITTED);
        }
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.EXHAUSTED);
        assertThat(budgets.admit("b").decision()).isEqualTo(Decision.ADMITTED);
        pass(WINDOW.minusMillis(1));
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.EXHAUSTED);
        assertThat(budgets.usage("a").levels())
                .containsExactly(new Level(Kind.QUERIES, 3, 3, Instant.ofEpochMilli(START + WINDOW.toMillis())));
        pass(Duration.ofMillis(1));
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.ADMITTED);
        assertThat(budgets.usage("a").levels().get(0).used()).isEqualTo(1);
    }

    @Test
    @DisplayName("B9: the tokens of one call may go past the limit, and no others; then no query is admitted either")
    void tokens() {
        Budgets budgets = budgets(0, 10);
        assertThat(budgets.spend("a", 9)).matches(Spending::allowed).matches(spending -> !spending.exhausted());
        assertThat(budgets.spend("a", 7)).matches(Spending::allowed).matches(Spending::exhausted);
        assertThat(budgets.spend("a", 1)).matches(spending -> !spending.allowed());
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.EXHAUSTED);
        assertThat(budgets.usage("a").levels().get(0))
                .matches(Level::isExhausted)
                .extracting(Level::used, Level::percent)
                .containsExactly(16L, 160L);
    }

    @Test
    @DisplayName("B9: a correction counts in the window of its spending only, and nothing goes below zero")
    void corrections() {
        Budgets budgets = budgets(0, 100);
        long window = budgets.spend("a", 60).window();
        budgets.correct("a", window, -20);
        assertThat(budgets.usage("a").levels().get(0).used()).isEqualTo(40);
        budgets.correct("a", window, 70);
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.EXHAUSTED);
        budgets.correct("a", window, -1000);
        assertThat(budgets.usage("a").levels().get(0).used()).isZero();
        pass(WINDOW);
        budgets.spend("a", 5);
        budgets.correct("a", window, 50);
        budgets.giveBack("a", new Admission(Decision.ADMITTED, window, List.of()));
        assertThat(budgets.usage("a").levels().get(0).used()).isEqualTo(5);
    }

    @Test
    @DisplayName("B9: what is given back may be used again")
    void givesBack() {
        Budgets budgets = budgets(1, 0);
        Admission admission = budgets.admit("a");
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.EXHAUSTED);
        assertThat(admission.warnings()).hasSize(1);
        budgets.giveBack("a", admission);
        Admission again = budgets.admit("a");
        assertThat(again.decision()).isEqualTo(Decision.ADMITTED);
        // The first warning was told to nobody.
        assertThat(again.warnings()).hasSize(1);
    }

    @Test
    @DisplayName("B9: warnings at 80 and 95 percent, each once in a window, of each limit")
    void warnings() {
        Budgets budgets = budgets(100, 1000);
        for (int round = 0; round < 2; round++) {
            List<Long> queries = new ArrayList<>();
            List<Long> tokens = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                budgets.admit("a").warnings().forEach(level -> queries.add(level.percent()));
                budgets.spend("a", 10).warnings().forEach(level -> tokens.add(level.percent()));
            }
            assertThat(queries).containsExactly(80L, 95L);
            assertThat(tokens).containsExactly(80L, 95L);
            pass(WINDOW);
        }
        assertThat(budgets.spend("b", 990).warnings()).hasSize(1);
    }

    @Test
    @DisplayName("B9: a subject may have limits of its own, or none; then nothing is remembered of it")
    void ofTheirOwn() {
        Budgets budgets = budgets(new Limits(1, 1), Map.of("big", new Limits(2, 0), "free", new Limits(0, 0)), 10);
        budgets.admit("big");
        assertThat(budgets.admit("big").decision()).isEqualTo(Decision.ADMITTED);
        assertThat(budgets.admit("big").decision()).isEqualTo(Decision.EXHAUSTED);
        assertThat(budgets.spend("big", 1000)).matches(spending -> !spending.exhausted());
        for (int i = 0; i < 100; i++) {
            assertThat(budgets.admit("free").decision()).isEqualTo(Decision.ADMITTED);
            assertThat(budgets.spend("free", 1000)).matches(Spending::allowed);
        }
        assertThat(budgets.usage("free").levels()).isEmpty();
        assertThat(budgets.subjects()).isEqualTo(1);
    }

    @Test
    @DisplayName(
            "B9: a bounded number of subjects is known; nobody is forgotten before the window ends, and all are then")
    void bounded() {
        Budgets budgets = budgets(new Limits(1, 0), Map.of(), 2);
        budgets.admit("a");
        budgets.admit("b");
        assertThat(budgets.admit("c").decision()).isEqualTo(Decision.FULL);
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.EXHAUSTED);
        assertThat(budgets.subjects()).isEqualTo(2);
        pass(WINDOW);
        assertThat(budgets.subjects()).isZero();
        assertThat(timers.pending()).isZero();
        assertThat(budgets.admit("c").decision()).isEqualTo(Decision.ADMITTED);
    }

    @Test
    @DisplayName("B9: a clock that is set back gives nobody a window twice")
    void aClockThatIsSetBack() {
        Budgets budgets = budgets(1, 0);
        pass(WINDOW);
        budgets.admit("a");
        now.addAndGet(-WINDOW.toMillis());
        assertThat(budgets.admit("a").decision()).isEqualTo(Decision.EXHAUSTED);
        assertThat(budgets.usage("a").levels().get(0).used()).isEqualTo(1);
    }

    @Test
    @DisplayName("B9: whatever is asked in whatever order, it is as simple arithmetic says; in the end nothing is kept")
    void asAModelSays() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            long maxQueries = random.nextInt(20);
            long maxTokens = random.nextInt(200);
            Budgets budgets = budgets(maxQueries, maxTokens);
            Map<String, long[]> model = new HashMap<>();
            for (int step = 0; step < 200; step++) {
                String subject = "s" + random.nextInt(4);
                long[] used = model.computeIfAbsent(subject, name -> new long[2]);
                boolean noTokens = maxTokens > 0 && used[1] >= maxTokens;
                switch (random.nextInt(10)) {
                    case 0 -> {
                        pass(Duration.ofMinutes(random.nextInt(50)));
                        if (now.get() - START >= WINDOW.toMillis() * (windows + 1)) {
                            windows = (now.get() - START) / WINDOW.toMillis();
                            model.clear();
                        }
                    }
                    case 1, 2, 3 -> {
                        boolean admitted = budgets.admit(subject).decision() == Decision.ADMITTED;
                        boolean expected = !noTokens && (maxQueries == 0 || used[0] < maxQueries);
                        assertThat(admitted).as("seed %d step %d", seed, step).isEqualTo(expected);
                        used[0] += admitted && maxQueries + maxTokens > 0 ? 1 : 0;
                    }
                    default -> {
                        long tokens = random.nextInt(20);
                        boolean allowed = budgets.spend(subject, tokens).allowed();
                        assertThat(allowed).isEqualTo(!noTokens);
                        used[1] += allowed && maxTokens > 0 ? tokens : 0;
                    }
                }
            }
            model.forEach((subject, used) -> budgets.usage(subject)
                    .levels()
                    .forEach(level -> assertThat(level.used()).isEqualTo(used[level.kind() == Kind.QUERIES ? 0 : 1])));
            pass(WINDOW);
            windows = (now.get() - START) / WINDOW.toMillis();
            assertThat(budgets.subjects()).isZero();
            assertThat(timers.pending()).isZero();
        }
    }

    private long windows;

    @Test
    @DisplayName(
            "B9: of many threads that ask at a time none is admitted past the limit, and tokens by one call at most")
    void manyThreads() throws InterruptedException {
        int maxQueries = 5000;
        int maxTokens = 20_000;
        int largest = 7;
        Budgets budgets = budgets(maxQueries, maxTokens);
        AtomicLong admitted = new AtomicLong();
        AtomicLong spent = new AtomicLong();
        AtomicLong warnings = new AtomicLong();
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> threads = IntStream.range(0, 8)
                .mapToObj(number -> new Thread(() -> {
                    Random random = new Random(number);
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    for (int i = 0; i < 4000; i++) {
                        Admission admission = budgets.admit("a");
                        admitted.addAndGet(admission.decision() == Decision.ADMITTED ? 1 : 0);
                        int tokens = 1 + random.nextInt(largest);
                        Spending spending = budgets.spend("a", tokens);
                        spent.addAndGet(spending.allowed() ? tokens : 0);
                        warnings.addAndGet(admission.warnings().size()
                                + spending.warnings().size());
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        go.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(admitted.get()).isLessThanOrEqualTo(maxQueries);
        assertThat(spent.get()).isBetween((long) maxTokens, (long) maxTokens + largest - 1);
        assertThat(warnings.get()).isLessThanOrEqualTo(4);
        assertThat(budgets.usage("a").levels().get(0).used()).isEqualTo(admitted.get());
        assertThat(budgets.usage("a").levels().get(1).used()).isEqualTo(spent.get());
        pass(WINDOW);
        assertThat(budgets.subjects()).isZero();
    }
}
