package io.synapse.query;

import io.synapse.config.QueryConfig;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The queries of this node: those that run, whose number the scheduler bounds, and those that have ended, bounded by
 * count, bytes and age. What passes a bound is forgotten, oldest first. Safe for use by many threads.
 */
final class QueryStore {

    private record Kept(FollowedQuery query, long bytes, long at) {}

    private final QueryConfig config;
    private final Ticker ticker;
    private final Timers timers;
    private final Consumer<FollowedQuery> forgotten;
    private final Map<QueryId, FollowedQuery> byId = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Kept> ended = new ArrayDeque<>();
    private long endedBytes;
    private boolean expiryArmed;

    QueryStore(QueryConfig config, Ticker ticker, Timers timers, Consumer<FollowedQuery> forgotten) {
        this.config = config;
        this.ticker = ticker;
        this.timers = timers;
        this.forgotten = forgotten;
    }

    FollowedQuery find(QueryId id) {
        return byId.get(id);
    }

    /**
     * Adds a query, unless another one has its id, or it may not be added.
     *
     * @param query new
     * @param mayBeAdded asked once at most, and only if no other query has the id; must not wait or call anybody
     * @return the one that has the id now; null if there is none
     */
    FollowedQuery addIfAbsent(RunningQuery query, Predicate<RunningQuery> mayBeAdded) {
        return byId.computeIfAbsent(query.id(), id -> mayBeAdded.test(query) ? query : null);
    }

    /** Adds what is known of a query of another node, unless there is something of this id; returns what there is now. */
    FollowedQuery addIfAbsent(MirroredQuery query) {
        FollowedQuery present = byId.putIfAbsent(query.id(), query);
        return present == null ? query : present;
    }

    /** Forgets a query that has not ended. */
    void remove(FollowedQuery query) {
        byId.remove(query.id(), query);
    }

    /** The query has ended: from now on the bounds of what is kept apply to it. */
    void ended(FollowedQuery query) {
        lock.lock();
        try {
            Kept kept = new Kept(query, query.stream().bytes(), ticker.read());
            ended.addLast(kept);
            endedBytes += kept.bytes();
            evict();
        } finally {
            lock.unlock();
        }
    }

    private void evict() {
        long now = ticker.read();
        while (!ended.isEmpty()
                && (ended.size() > config.keptCount()
                        || endedBytes > config.keptBytes()
                        || now - ended.getFirst().at() >= config.keptAge().toNanos())) {
            Kept oldest = ended.removeFirst();
            endedBytes -= oldest.bytes();
            byId.remove(oldest.query().id(), oldest.query());
            forgotten.accept(oldest.query());
        }
        if (!ended.isEmpty() && !expiryArmed) {
            expiryArmed = true;
            Duration left = config.keptAge().minusNanos(now - ended.getFirst().at());
            timers.after(left, this::expire);
        }
    }

    private void expire() {
        lock.lock();
        try {
            expiryArmed = false;
            evict();
        } finally {
            lock.unlock();
        }
    }

    Iterable<FollowedQuery> all() {
        return byId.values();
    }

    int keptCount() {
        lock.lock();
        try {
            return ended.size();
        } finally {
            lock.unlock();
        }
    }

    long keptBytes() {
        lock.lock();
        try {
            return endedBytes;
        } finally {
            lock.unlock();
        }
    }
}
