package io.synapse.query;

import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells those who wait how far they are, with one timer for all: soon after somebody has begun to wait, and then in
 * intervals as long as anybody waits. Only the first {@link #TOLD} are told, so a round costs the same however many wait.
 * Safe for use by many threads; telling takes place on a thread of the executor.
 */
final class QueuePositions {

    /** How many are told, from the front. */
    static final int TOLD = 1000;

    private static final Duration SOON = Duration.ofMillis(100);

    private final QueryScheduler scheduler;
    private final long interval;
    private final Ticker ticker;
    private final Timers timers;
    private final Executor executor;
    private final ReentrantLock lock = new ReentrantLock();
    private Timers.Timer timer = Timers.Timer.NONE;
    private boolean armed;
    private long due;
    private boolean telling;
    private boolean asked;
    private long earliest;

    QueuePositions(QueryScheduler scheduler, QueryEnvironment environment) {
        this.scheduler = scheduler;
        interval = environment.config().fairness().positionInterval().toNanos();
        ticker = environment.ticker();
        timers = environment.timers();
        executor = environment.callbacks();
        earliest = ticker.read();
    }

    /** Somebody waits who has not been told. */
    void newcomer() {
        lock.lock();
        try {
            if (telling) {
                asked = true;
            } else {
                arm(earliest);
            }
        } finally {
            lock.unlock();
        }
    }

    private void arm(long at) {
        if (armed && due - at <= 0) {
            return;
        }
        timer.cancel();
        armed = true;
        due = at;
        timer = timers.after(Duration.ofNanos(Math.max(0, at - ticker.read())), this::round);
    }

    private void round() {
        lock.lock();
        try {
            if (telling) {
                return;
            }
            armed = false;
            telling = true;
            asked = false;
        } finally {
            lock.unlock();
        }
        try {
            executor.execute(this::tell);
        } catch (RuntimeException | Error e) {
            told(0);
            throw e;
        }
    }

    private void tell() {
        int waiting = 0;
        try {
            waiting = scheduler.tellPositions(TOLD);
        } finally {
            told(waiting);
        }
    }

    private void told(int waiting) {
        lock.lock();
        try {
            telling = false;
            long now = ticker.read();
            earliest = now + SOON.toNanos();
            if (asked) {
                arm(earliest);
            } else if (waiting > 0) {
                arm(now + interval);
            }
        } finally {
            lock.unlock();
        }
    }
}
