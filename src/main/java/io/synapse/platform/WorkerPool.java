package io.synapse.platform;

import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A bounded number of managed threads that take work from a queue which somebody else keeps, so that the order is the
 * queue's business and the bound is kept here: what an executor does with one task too many (queue it without bound, run
 * it on the caller, refuse it) differs from server to server. Safe for use by many threads.
 *
 * <p>A thread is taken from the executor when there is work and given back when there is none.
 */
public final class WorkerPool {

    private static final System.Logger LOGGER = System.getLogger(WorkerPool.class.getName());

    private final Executor executor;
    private final int size;
    private final Supplier<Runnable> work;
    private final ReentrantLock lock = new ReentrantLock();
    private int active;

    /**
     * A pool that has no thread yet.
     *
     * @param executor must be able to run {@code size} blocking tasks at a time
     * @param size how many tasks run at a time, at most; at least 1
     * @param work gives the next task, or null if there is none; called by many threads, one at a
     *     time, and must be quick
     */
    public WorkerPool(Executor executor, int size, Supplier<Runnable> work) {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1: " + size);
        }
        this.executor = executor;
        this.size = size;
        this.work = work;
    }

    /** Says that there is work. Call it after the work can be taken. */
    public void signal() {
        lock.lock();
        try {
            if (active == size) {
                return;
            }
            active++;
        } finally {
            lock.unlock();
        }
        try {
            executor.execute(this::run);
        } catch (RuntimeException | Error e) {
            // Also when there is no memory for one more thread: a place that is not given back is lost for good.
            // The work stays in its queue, whose owner bounds how long it may wait there.
            LOGGER.log(Level.WARNING, "the managed executor refused a task: {0}", e.toString());
            give();
        }
    }

    private void run() {
        for (Runnable task = take(); task != null; task = take()) {
            run(task);
        }
    }

    // Looking for work and giving up the place is one step: work that is not seen here finds the place free.
    private Runnable take() {
        lock.lock();
        try {
            Runnable task = next();
            if (task == null) {
                active--;
            }
            return task;
        } finally {
            lock.unlock();
        }
    }

    private Runnable next() {
        try {
            return work.get();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "the queue of a worker pool failed", e);
            return null;
        }
    }

    private void give() {
        lock.lock();
        try {
            active--;
        } finally {
            lock.unlock();
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "a managed task failed", e);
        } finally {
            // An interrupt was meant for the task that is over, not for the next one.
            Thread.interrupted();
        }
    }

    /**
     * How many threads are at work.
     *
     * @return 0 to the size
     */
    public int active() {
        lock.lock();
        try {
            return active;
        } finally {
            lock.unlock();
        }
    }
}
