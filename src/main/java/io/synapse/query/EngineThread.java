package io.synapse.query;

/**
 * The thread an engine's call runs on, so that an interrupt reaches it while it is in the call and never after, when the
 * same thread may serve another query. Safe for use by many threads.
 */
final class EngineThread {

    private Thread current;
    private boolean entered;

    synchronized void enter() {
        entered = true;
        current = Thread.currentThread();
    }

    synchronized void leave() {
        current = null;
        // One that arrived while the call returned is nobody's any more.
        Thread.interrupted();
    }

    synchronized void interrupt() {
        // An engine may end its own query, by going past its output limit: that needs no interrupt.
        if (current != null && current != Thread.currentThread()) {
            current.interrupt();
        }
    }

    /** Whether there ever was a call. */
    synchronized boolean wasEntered() {
        return entered;
    }

    synchronized String name() {
        return current == null ? "none" : current.getName();
    }
}
