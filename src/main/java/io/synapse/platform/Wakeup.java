package io.synapse.platform;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs an action whenever somebody asks, by one thread at a time and never recursively: who asks while it runs only makes
 * it run once more. So whatever was true when somebody asked is seen by a run that begins after. Safe for use by many
 * threads; the action must not throw.
 */
public final class Wakeup {

    private final AtomicInteger asked = new AtomicInteger();
    private final Runnable action;

    /**
     * For one action.
     *
     * @param action what to run
     */
    public Wakeup(Runnable action) {
        this.action = action;
    }

    /** Runs the action on this thread, or leaves that to the thread that runs it now. */
    public void ask() {
        if (asked.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            action.run();
            seen = asked.addAndGet(-seen);
        } while (seen != 0);
    }
}
