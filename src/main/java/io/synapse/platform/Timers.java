package io.synapse.platform;

import java.time.Duration;

/**
 * Runs short actions later: time-outs, deadlines, delayed closes. Safe for use by many threads. What an action throws
 * is logged and stops nothing else. An action must not block: all of them share one thread.
 */
public interface Timers {

    /**
     * Runs an action once.
     *
     * @param delay how long from now; zero or negative means as soon as possible, never on the caller's stack
     * @param action what to run
     * @return takes it back
     */
    Timer after(Duration delay, Runnable action);

    /** An action that has yet to run. */
    @FunctionalInterface
    interface Timer {

        /** A timer that has nothing to cancel. */
        Timer NONE = () -> {};

        /** Takes the action back; does nothing if it has run, runs, or was taken back. */
        void cancel();
    }
}
