package io.synapse.testing;

import io.synapse.platform.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Timers that run what is due when the test advances time, on the test's thread, in the order of the due times. Safe for
 * use by many threads; actions run with no lock held and may schedule others.
 */
public final class ManualTimers implements Timers {

    private final class Entry implements Timer {
        private final long due;
        private final Runnable action;

        private Entry(long due, Runnable action) {
            this.due = due;
            this.action = action;
        }

        @Override
        public void cancel() {
            synchronized (entries) {
                entries.remove(this);
            }
        }
    }

    private final FakeTicker ticker;
    private final List<Entry> entries = new ArrayList<>();
    private long elapsed;

    /** Timers with a ticker of their own. */
    public ManualTimers() {
        this(new FakeTicker());
    }

    /** Timers that move a ticker along. */
    public ManualTimers(FakeTicker ticker) {
        this.ticker = ticker;
    }

    @Override
    public Timer after(Duration delay, Runnable action) {
        synchronized (entries) {
            long nanos = Math.max(0, TimeUnit.NANOSECONDS.convert(delay));
            Entry entry = new Entry(elapsed + Math.min(nanos, Long.MAX_VALUE - elapsed), action);
            entries.add(entry);
            return entry;
        }
    }

    /** Lets time pass, step by step from one due action to the next. */
    public void advance(Duration time) {
        long target;
        synchronized (entries) {
            target = elapsed + time.toNanos();
        }
        for (Entry next = takeDue(target); next != null; next = takeDue(target)) {
            next.action.run();
        }
        moveTo(target);
    }

    private Entry takeDue(long target) {
        synchronized (entries) {
            Entry next = entries.stream()
                    .filter(entry -> entry.due <= target)
                    .min(Comparator.comparingLong(entry -> entry.due))
                    .orElse(null);
            if (next != null) {
                entries.remove(next);
                moveTo(next.due);
            }
            return next;
        }
    }

    private void moveTo(long time) {
        synchronized (entries) {
            if (time > elapsed) {
                ticker.advance(Duration.ofNanos(time - elapsed));
                elapsed = time;
            }
        }
    }

    /** How many actions have yet to run. */
    public int pending() {
        synchronized (entries) {
            return entries.size();
        }
    }

    /** The ticker that moves with these timers. */
    public FakeTicker ticker() {
        return ticker;
    }
}
