package io.synapse.query;

import io.synapse.platform.WorkerPool;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who runs next: the highest priority first, inside a priority the oldest. A bounded number run, a bounded number wait,
 * and one more is refused. A running query keeps its place until its engine has ended, also when the engine is
 * asynchronous or goes on after an interrupt, so the bound is one of real work. Safe for use by many threads.
 */
final class QueryScheduler {

    private record Waiting(RunningQuery query, long arrival) {}

    private static final Comparator<Waiting> ORDER = Comparator.comparingInt(
                    (Waiting waiting) -> -waiting.query().request().priority())
            .thenComparingLong(Waiting::arrival);

    private final int maxRunning;
    private final int maxAdmitted;
    private final WorkerPool workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final PriorityQueue<Waiting> queue = new PriorityQueue<>(ORDER);
    private long arrivals;
    private int admitted;
    private int running;

    QueryScheduler(int maxRunning, int maxQueued, Executor executor) {
        this.maxRunning = maxRunning;
        this.maxAdmitted = maxRunning + maxQueued;
        workers = new WorkerPool(executor, maxRunning, this::next);
    }

    /** Takes one of the places, running or waiting; false if there is none. */
    boolean reserve() {
        lock.lock();
        try {
            if (admitted == maxAdmitted) {
                return false;
            }
            admitted++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a place back that was reserved and not used. */
    void release() {
        lock.lock();
        try {
            admitted--;
        } finally {
            lock.unlock();
        }
    }

    /** Puts a query in the queue; a place was reserved for it. */
    void enqueue(RunningQuery query) {
        lock.lock();
        try {
            queue.add(new Waiting(query, ++arrivals));
        } finally {
            lock.unlock();
        }
        workers.signal();
    }

    /** Takes a query out of the queue and gives its place back; false if it does not wait there. */
    boolean remove(RunningQuery query) {
        lock.lock();
        try {
            boolean removed = queue.removeIf(waiting -> waiting.query() == query);
            if (removed) {
                admitted--;
            }
            return removed;
        } finally {
            lock.unlock();
        }
    }

    /** The engine of a query that ran has ended: its place is free. */
    void ended() {
        lock.lock();
        try {
            running--;
            admitted--;
        } finally {
            lock.unlock();
        }
        workers.signal();
    }

    private Runnable next() {
        lock.lock();
        try {
            if (running == maxRunning || queue.isEmpty()) {
                return null;
            }
            running++;
            return queue.remove().query()::run;
        } finally {
            lock.unlock();
        }
    }

    int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }
}
