package io.synapse.platform;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * {@link Timers} on one managed thread. Not the container's scheduled executor: on Payara each task scheduled there
 * costs 100 to 200 microseconds for saving a context that these actions do not need.
 */
public final class ManagedTimers implements Timers, AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(ManagedTimers.class.getName());

    private final ScheduledThreadPoolExecutor executor;

    /**
     * Starts no thread until the first action is given.
     *
     * @param threads makes the one thread
     */
    public ManagedTimers(ThreadFactory threads) {
        executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        try {
            Future<?> future = executor.schedule(
                    // Unlike Duration.toNanos, this takes any duration.
                    () -> run(action), TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException e) {
            // Only after close: the application is going, and with it whatever the action was to look after.
            LOGGER.log(Level.DEBUG, "an action was scheduled after the timers were closed");
            return Timer.NONE;
        }
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "a timed action failed", e);
        }
    }

    /** Ends the thread; actions that have not run do not run. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
