package io.synapse.connection;

import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.time.Duration;

/**
 * How long one outbox waits for its transport: for the frame that is longest in flight, and for a close. A frame's time
 * begins when those before it are sent, so it is the same however many are in flight. One timer serves many frames: when
 * it fires it waits for what is left of the time of the frame that is the oldest then. Not thread-safe: the outbox's lock
 * guards it.
 */
final class SendDeadline {

    private final Duration timeout;
    private final Ticker ticker;
    private final Timers timers;
    private final Runnable onFrameTimer;
    private long begunAt;
    private Timers.Timer frameTimer;
    private Timers.Timer closeTimer;

    SendDeadline(Duration timeout, Ticker ticker, Timers timers, Runnable onFrameTimer) {
        this.timeout = timeout;
        this.ticker = ticker;
        this.timers = timers;
        this.onFrameTimer = onFrameTimer;
    }

    /** The time of another frame begins: it is the oldest in flight now. */
    void begin() {
        begunAt = ticker.read();
        if (frameTimer == null) {
            frameTimer = timers.after(timeout, onFrameTimer);
        }
    }

    /** The frame timer has fired: whether the oldest in flight, if there is one, is overdue. */
    boolean isOverdue(boolean flying) {
        frameTimer = null;
        if (!flying) {
            return false;
        }
        Duration left = timeout.minusNanos(ticker.read() - begunAt);
        if (left.isNegative() || left.isZero()) {
            return true;
        }
        frameTimer = timers.after(left, onFrameTimer);
        return false;
    }

    void closing(Runnable overdue) {
        closeTimer = timers.after(timeout, overdue);
    }

    // A timer would hold the whole connection until it fires.
    void cancel() {
        frameTimer = cancel(frameTimer);
        closeTimer = cancel(closeTimer);
    }

    private static Timers.Timer cancel(Timers.Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
        return null;
    }
}
