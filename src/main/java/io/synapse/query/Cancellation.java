package io.synapse.query;

import io.synapse.engine.CancellationToken;
import io.synapse.engine.QueryCancelledException;
import io.synapse.platform.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;

/**
 * The wish to stop one query. Safe for use by many threads.
 *
 * <p>Callbacks run on the given executor, because whoever interrupts (a client's thread, the timer) must not wait for
 * an engine's code.
 */
final class Cancellation implements CancellationToken {

    private static final System.Logger LOGGER = System.getLogger(Cancellation.class.getName());

    private final Executor executor;
    private final Object lock = new Object();
    private final Set<Action> actions = new LinkedHashSet<>();
    private volatile String reason;

    /** What to do on cancel; compared by identity, so that the same action may be given twice. */
    private static final class Action {
        private final Runnable body;

        private Action(Runnable body) {
            this.body = body;
        }
    }

    Cancellation(Executor executor) {
        this.executor = executor;
    }

    /** Makes the wish known; the first call counts. */
    void cancel(String why) {
        List<Action> toRun;
        synchronized (lock) {
            if (reason != null) {
                return;
            }
            reason = why;
            toRun = List.copyOf(actions);
            actions.clear();
        }
        toRun.forEach(action -> action.body.run());
    }

    /** The query has ended by itself: there is nothing to stop, and nothing to remember. */
    void dispose() {
        synchronized (lock) {
            actions.clear();
        }
    }

    @Override
    public boolean isCancelled() {
        return reason != null;
    }

    @Override
    public void throwIfCancelled() {
        String why = reason;
        if (why != null) {
            throw new QueryCancelledException(why);
        }
    }

    @Override
    public Registration onCancel(Runnable action) {
        return onCancelInline(() -> executor.execute(() -> run(action)));
    }

    private static void run(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            LOGGER.log(Level.WARNING, "an engine's onCancel action failed", e);
        }
    }

    /** Like {@link #onCancel}, for our own actions: they run on the thread that cancels. */
    Registration onCancelInline(Runnable body) {
        Action action = new Action(body);
        synchronized (lock) {
            if (reason == null) {
                actions.add(action);
                return () -> remove(action);
            }
        }
        body.run();
        return () -> {};
    }

    private void remove(Action action) {
        synchronized (lock) {
            actions.remove(action);
        }
    }

    /** Waits for a time or for the wish to stop. */
    void pause(Duration time, Timers timers) {
        throwIfCancelled();
        if (time.isNegative() || time.isZero()) {
            return;
        }
        CountDownLatch over = new CountDownLatch(1);
        Timers.Timer timer = timers.after(time, over::countDown);
        Registration registration = onCancelInline(over::countDown);
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throwIfCancelled();
            throw new QueryCancelledException("the engine's thread was interrupted");
        } finally {
            registration.close();
            timer.cancel();
        }
        throwIfCancelled();
    }
}
