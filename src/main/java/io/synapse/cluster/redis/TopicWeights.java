package io.synapse.cluster.redis;

import io.synapse.cluster.redis.TopicIndex.Balance;
import io.synapse.cluster.redis.TopicStore.Weight;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Keeps what all topics take in Redis within its bound: reports what has changed, and trims what is oldest, whichever topic it is
 * of. Reports come after some bytes or some time, so the bound is passed by that much. Safe for use by many threads.
 */
final class TopicWeights {

    private static final System.Logger LOGGER = System.getLogger(TopicWeights.class.getName());
    private static final int REPORTED_PART = 64;
    private static final int FREED_PART = 16;
    private static final int MAX_STEPS = 100;
    private static final int MAX_REPORTED = 1000;

    private final TopicIndex index;
    private final TopicStore<?> store;
    private final long bound;
    /** What has changed since it was reported: as many as there are topics, at most. Guarded by itself. */
    private final Map<String, Weight> changed = new HashMap<>();

    private final AtomicBoolean reporting = new AtomicBoolean();
    private long unreported;

    TopicWeights(TopicIndex index, TopicStore<?> store, long bound) {
        this.index = index;
        this.store = store;
        this.bound = bound;
    }

    void changed(String topic, Weight weight, int grown) {
        boolean due;
        synchronized (changed) {
            changed.put(topic, weight);
            unreported += grown;
            due = unreported > bound / REPORTED_PART || changed.size() >= MAX_REPORTED;
        }
        if (due) {
            report();
        }
    }

    /** Reports what there is to report, unless that is being done. */
    void report() {
        if (!reporting.compareAndSet(false, true)) {
            return;
        }
        Map<String, Weight> report;
        synchronized (changed) {
            report = Map.copyOf(changed);
            changed.clear();
            unreported = 0;
        }
        if (report.isEmpty()) {
            reporting.set(false);
            return;
        }
        weigh(report, MAX_STEPS).whenComplete((done, failure) -> {
            reporting.set(false);
            if (failure != null) {
                // Whatever is published next on these topics reports them again, and what is old goes by its age.
                LOGGER.log(
                        Level.DEBUG, "what topics take was not noted: {0}", String.valueOf(RedisLink.cause(failure)));
            }
        });
    }

    private CompletionStage<Void> weigh(Map<String, Weight> report, int steps) {
        return index.weigh(report).thenCompose(balance -> {
            if (balance.heaviest().isEmpty() || steps == 0) {
                return CompletableFuture.completedFuture(null);
            }
            return trim(balance).thenCompose(weight -> weigh(Map.of(balance.heaviest(), weight), steps - 1));
        });
    }

    private CompletionStage<Weight> trim(Balance balance) {
        return store.trim(balance.heaviest(), balance.before(), balance.bytes() - bound + bound / FREED_PART);
    }
}
