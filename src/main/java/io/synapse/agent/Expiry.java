package io.synapse.agent;

import io.synapse.platform.Timers;

/** A timer that may turn out not to be needed before it is there. Safe for use by many threads. */
final class Expiry {

    private Timers.Timer timer = Timers.Timer.NONE;
    private boolean over;

    /** Begins; does nothing if it is over. */
    void begin(Timers.Timer begun) {
        synchronized (this) {
            if (!over) {
                timer = begun;
                return;
            }
        }
        begun.cancel();
    }

    void end() {
        Timers.Timer begun;
        synchronized (this) {
            over = true;
            begun = timer;
        }
        begun.cancel();
    }
}
