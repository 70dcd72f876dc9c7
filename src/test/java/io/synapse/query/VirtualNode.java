package io.synapse.query;

import io.synapse.config.FairnessConfig;
import io.synapse.config.QueryConfig;
import io.synapse.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;

/** A scheduler whose queries take the time that the test says, in a time that only passes when something is to happen. */
final class VirtualNode {

    /** What became of a query; times in milliseconds. */
    static final class Asked implements QueryScheduler.Candidate {
        final String tenant;
        final int priority;
        final long askedAt;
        private final long takes;
        private final VirtualNode node;
        private QueryScheduler.Slot slot;
        long startedAt = -1;
        long endedAt = -1;
        int position;

        private Asked(VirtualNode node, String tenant, int priority, long takes) {
            this.node = node;
            this.tenant = tenant;
            this.priority = priority;
            this.takes = takes;
            askedAt = node.now;
        }

        @Override
        public void run() {
            startedAt = node.now;
            node.started.add(this);
            int running = node.runningOf.merge(tenant, 1, Integer::sum);
            node.mostOf.merge(tenant, running, Math::max);
            node.most = Math.max(node.most, node.scheduler.running());
            node.at(node.now + takes, () -> {
                endedAt = node.now;
                node.runningOf.merge(tenant, -1, Integer::sum);
                slot.ended();
            });
        }

        @Override
        public void waitsAt(int place) {
            position = place;
        }

        boolean withdraw() {
            return slot.withdraw();
        }

        long latency() {
            return endedAt - askedAt;
        }

        long waited() {
            return startedAt - askedAt;
        }
    }

    private record Event(long at, long order, Runnable action) {}

    private final FakeTicker ticker = new FakeTicker();
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.order(), b.order()));
    private final Map<String, Integer> runningOf = new HashMap<>();
    private long order;
    private long now;
    private int most;
    final Map<String, Integer> mostOf = new TreeMap<>();
    final List<Asked> started = new ArrayList<>();
    final Map<QueryScheduler.Bound, Integer> refused = new HashMap<>();
    final QueryScheduler scheduler;

    VirtualNode(int maxRunning, int maxQueued, FairnessConfig fairness) {
        scheduler = new QueryScheduler(config(maxRunning, maxQueued, fairness), ticker, Runnable::run);
    }

    static QueryConfig config(int maxRunning, int maxQueued, FairnessConfig fairness) {
        QueryConfig base = QueryFixture.config(maxRunning, maxQueued);
        return new QueryConfig(
                base.engine(),
                base.maxConcurrent(),
                base.maxQueued(),
                base.defaultTimeout(),
                base.maxTimeout(),
                base.maxThoughts(),
                base.maxOutputBytes(),
                base.maxLag(),
                base.stopTimeout(),
                base.keptCount(),
                base.keptBytes(),
                base.keptAge(),
                fairness);
    }

    void at(long time, Runnable action) {
        events.add(new Event(time, order++, action));
    }

    /** Asks now; null if it is refused. */
    Asked ask(String tenant, int priority, long takes) {
        Asked asked = new Asked(this, tenant, priority, takes);
        QueryScheduler.Reservation reservation = scheduler.reserve(tenant);
        asked.slot = reservation.slot();
        if (asked.slot == null) {
            refused.merge(reservation.reached(), 1, Integer::sum);
            return null;
        }
        asked.slot.enqueue(priority, asked);
        return asked;
    }

    /** Lets time pass until nothing is to happen any more. */
    void run() {
        runUntil(Long.MAX_VALUE);
    }

    void runUntil(long time) {
        while (!events.isEmpty() && events.peek().at() <= time) {
            Event next = events.remove();
            ticker.advance(Duration.ofMillis(next.at() - now));
            now = next.at();
            next.action().run();
        }
    }

    long now() {
        return now;
    }

    /** The most that ran at a time. */
    int most() {
        return most;
    }
}
