package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.platform.Timers;
import java.lang.reflect.Array;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Wakes the selectors of Open Liberty while there are connections. When a connection is cut while a frame of it is in a
 * selector's queue, the selector's thread fails at it (a {@code CancelledKeyException}, 26.0.0.3) and goes to sleep with
 * what stands behind that frame unseen: frames of other connections that are not sent, and reads that are not begun, until
 * something else wakes it. On a quiet server that took longer than a send may. A selector that is woken finds them.
 *
 * <p>Harmless where the way to the selectors is not found: it then does nothing. Safe for use by many threads.
 */
public final class LibertySelectors {

    private static final Duration INTERVAL = Duration.ofMillis(50);

    private final Timers timers;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean waiting = new AtomicBoolean();
    private volatile Object queues;

    /**
     * Does nothing before there is a connection.
     *
     * @param timers tells when to wake them
     */
    public LibertySelectors(Timers timers) {
        this.timers = timers;
    }

    /** Has the selectors woken until this connection ends. */
    void keepAwake(RawConnection raw, Connection connection) {
        raw.workQueues().ifPresent(found -> keepAwake(found, connection));
    }

    /** With what holds the selectors, as Open Liberty's {@code WorkQueueManager} does. */
    void keepAwake(Object workQueues, Connection connection) {
        queues = workQueues;
        open.incrementAndGet();
        connection.onClose(open::decrementAndGet);
        waitOn();
    }

    private void waitOn() {
        if (open.get() > 0 && waiting.compareAndSet(false, true)) {
            timers.after(INTERVAL, this::wake);
        }
    }

    private void wake() {
        waiting.set(false);
        waitOn();
        Stream.of("readInbound", "writeInbound").forEach(this::wake);
    }

    private void wake(String group) {
        Object selectors = Reflection.path(queues, group).orElse(null);
        if (selectors == null) {
            return;
        }
        for (int i = 0; i < Array.getLength(selectors); i++) {
            Object one = Array.get(selectors, i);
            if (one != null) {
                Reflection.path(one, "selector")
                        .filter(Selector.class::isInstance)
                        .map(Selector.class::cast)
                        .ifPresent(Selector::wakeup);
            }
        }
    }
}
