package io.synapse.query;

import io.synapse.config.QueryConfig;
import io.synapse.platform.Ticker;
import io.synapse.platform.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who runs next, of queries and tenants: see {@link FairQueue} for the order. A bounded number run and a bounded number
 * wait, of all and of each tenant; one more is refused. A running query keeps its place until its engine has ended, also
 * when the engine is asynchronous or goes on after an interrupt, so the bounds are of real work. Safe for use by many
 * threads.
 */
final class QueryScheduler {

    /** What wants to run. */
    interface Candidate {
        /** Its turn has come; on a worker thread. */
        void run();

        /** It waits; 1 is next. With no lock held. */
        void waitsAt(int position);
    }

    /** Which bound is reached. */
    enum Bound {
        /** That of all queries. */
        SERVER,
        /** That of the tenant. */
        TENANT
    }

    /** What came of asking for a place: the place, or else which bound is reached. */
    record Reservation(Slot slot, Bound reached) {}

    /** What one tenant has. */
    private final class Share {
        private final String tenant;
        private final FairQueue<Slot>.Line line = queue.new Line();
        private int admitted;
        private int running;

        private Share(String tenant) {
            this.tenant = tenant;
        }
    }

    private record Position(Candidate candidate, int position) {}

    private final int maxRunning;
    private final int maxQueued;
    private final int maxRunningEach;
    private final int maxQueuedEach;
    private final Ticker ticker;
    private final WorkerPool workers;
    private final ReentrantLock lock = new ReentrantLock();
    private final FairQueue<Slot> queue;
    private final Map<String, Share> shares = new HashMap<>();
    private final ServiceTime serviceTime = new ServiceTime();
    private int running;

    /** How many would run if only the tenants' bounds counted. */
    private int demand;

    /** How many have a place and are past their tenant's bound of running ones. */
    private int excess;

    QueryScheduler(QueryConfig config, Ticker ticker, Executor executor) {
        maxRunning = config.maxConcurrent();
        maxQueued = config.maxQueued();
        maxRunningEach = bound(config.fairness().maxConcurrentPerTenant(), maxRunning);
        maxQueuedEach = bound(config.fairness().maxQueuedPerTenant(), maxQueued);
        this.ticker = ticker;
        queue = new FairQueue<>(config.fairness().ageing().toNanos());
        workers = new WorkerPool(executor, maxRunning, this::next);
    }

    private static int bound(int each, int all) {
        return each == 0 ? all : Math.min(each, all);
    }

    /** One of the places, running or waiting. */
    final class Slot {
        private final Share share;
        private Candidate candidate;
        private FairQueue<Slot>.Entry entry;
        private long startedAt;

        private Slot(Share share) {
            this.share = share;
        }

        /** Gives the place back, unused. */
        void giveBack() {
            lock.lock();
            try {
                leave(share);
            } finally {
                lock.unlock();
            }
        }

        /** Lets somebody wait for the turn that belongs to the place; returns whether it has to wait for others. */
        boolean enqueue(int priority, Candidate waiting) {
            boolean waits;
            lock.lock();
            try {
                candidate = waiting;
                entry = share.line.add(this, priority, ticker.read());
                waits = demand > maxRunning || share.admitted > maxRunningEach;
            } finally {
                lock.unlock();
            }
            workers.signal();
            return waits;
        }

        /** Waits no longer, and gives the place back; false if it does not wait. */
        boolean withdraw() {
            lock.lock();
            try {
                boolean removed = entry != null && entry.remove();
                if (removed) {
                    leave(share);
                }
                return removed;
            } finally {
                lock.unlock();
            }
        }

        /** The engine of the query that ran here has ended: the place is free. */
        void ended() {
            lock.lock();
            try {
                serviceTime.add(ticker.read() - startedAt);
                running--;
                share.running--;
                if (share.line.isHeld()) {
                    share.line.release();
                }
                leave(share);
            } finally {
                lock.unlock();
            }
            workers.signal();
        }
    }

    /** Takes one of the places, if there is one for the tenant. */
    Reservation reserve(String tenant) {
        lock.lock();
        try {
            Share share = shares.get(tenant);
            int present = share == null ? 0 : share.admitted;
            boolean past = present >= maxRunningEach;
            int wait = Math.max(0, demand + (past ? 0 : 1) - maxRunning) + excess + (past ? 1 : 0);
            if (wait > maxQueued) {
                return new Reservation(null, Bound.SERVER);
            }
            if (past && present - maxRunningEach >= maxQueuedEach) {
                return new Reservation(null, Bound.TENANT);
            }
            if (share == null) {
                share = new Share(tenant);
                shares.put(tenant, share);
            }
            share.admitted++;
            if (past) {
                excess++;
            } else {
                demand++;
            }
            return new Reservation(new Slot(share), null);
        } finally {
            lock.unlock();
        }
    }

    /** When a tenant that was refused may ask again. */
    Duration retryAfter(String tenant) {
        lock.lock();
        try {
            Share share = shares.get(tenant);
            // Whoever is past the own bound waits for the own queries, and others for any.
            return share != null && share.admitted > maxRunningEach
                    ? serviceTime.until(share.admitted - share.running, maxRunningEach)
                    : serviceTime.until(queue.waiting(), maxRunning);
        } finally {
            lock.unlock();
        }
    }

    /** How long a query takes, of late. */
    Duration serviceTime() {
        lock.lock();
        try {
            return serviceTime.until(0, 1);
        } finally {
            lock.unlock();
        }
    }

    private void leave(Share share) {
        share.admitted--;
        if (share.admitted >= maxRunningEach) {
            excess--;
        } else {
            demand--;
        }
        if (share.admitted == 0) {
            shares.remove(share.tenant);
        }
    }

    private Runnable next() {
        lock.lock();
        try {
            if (running == maxRunning) {
                return null;
            }
            long now = ticker.read();
            Slot slot = queue.poll(now);
            if (slot == null) {
                return null;
            }
            running++;
            slot.startedAt = now;
            // Where all may run as many as one, the bound of all keeps everyone in place.
            if (++slot.share.running == maxRunningEach && maxRunningEach < maxRunning) {
                slot.share.line.hold();
            }
            return slot.candidate::run;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells the first of those who wait their positions.
     *
     * @param limit how many
     * @return how many there were
     */
    int tellPositions(int limit) {
        List<Position> positions = new ArrayList<>();
        lock.lock();
        try {
            // Those for whom there is a free place do not wait: a thread is on its way to them.
            int[] free = {maxRunning - running};
            queue.inOrder(ticker.read(), limit, slot -> {
                if (free[0] > 0 && !slot.share.line.isHeld()) {
                    free[0]--;
                } else {
                    positions.add(new Position(slot.candidate, positions.size() + 1));
                }
            });
        } finally {
            lock.unlock();
        }
        positions.forEach(place -> place.candidate().waitsAt(place.position()));
        return positions.size();
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
            return queue.waiting();
        } finally {
            lock.unlock();
        }
    }

    /** How many wait, by the priority that counts now; the first is 0. */
    List<Integer> waitingByPriority() {
        List<Integer> counts = new ArrayList<>();
        lock.lock();
        try {
            for (int level = 0; level < FairQueue.LEVELS; level++) {
                counts.add(queue.waiting(level));
            }
        } finally {
            lock.unlock();
        }
        return counts;
    }

    /** How many tenants have queries here. */
    int tenants() {
        lock.lock();
        try {
            return shares.size();
        } finally {
            lock.unlock();
        }
    }
}
