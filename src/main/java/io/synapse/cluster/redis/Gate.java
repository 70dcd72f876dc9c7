package io.synapse.cluster.redis;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Lets tasks through in the order they come, after something has been done once for all of them. Bounded: {@value #MAX_WAITING}
 * tasks wait. Safe for use by many threads.
 */
final class Gate {

    static final int MAX_WAITING = 1000;

    /** A task, and who is told if it is not let through. */
    private record Waiting(Runnable task, Consumer<Throwable> refused) {}

    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private boolean open;
    private boolean opening;
    private volatile long openedAt;

    /** Lets it through now, or when the gate is open. */
    void pass(Supplier<CompletionStage<Void>> opener, long now, Runnable task, Consumer<Throwable> refused) {
        boolean first = false;
        boolean full = false;
        boolean through;
        synchronized (this) {
            through = open && waiting.isEmpty();
            if (!through) {
                full = waiting.size() >= MAX_WAITING;
                if (!full) {
                    waiting.add(new Waiting(task, refused));
                    first = !opening && !open;
                    opening |= first;
                }
            }
        }
        if (through) {
            task.run();
        } else if (full) {
            refused.accept(new RedisAwayException("too many wait for the same topic"));
        } else if (first) {
            opener.get().whenComplete((nothing, failure) -> opened(now, failure));
        }
    }

    private void opened(long now, Throwable failure) {
        openedAt = now;
        for (Waiting one = next(failure); one != null; one = next(failure)) {
            if (failure == null) {
                one.task().run();
            } else {
                one.refused().accept(failure);
            }
        }
    }

    // It is open when nobody waits any more, so that nobody overtakes.
    private synchronized Waiting next(Throwable failure) {
        Waiting one = waiting.poll();
        if (one == null) {
            opening = false;
            open = failure == null;
        }
        return one;
    }

    /** Has what opened it been done a while ago? If so, says so once. */
    synchronized boolean isDue(long now, long nanos) {
        if (!open || now - openedAt < nanos) {
            return false;
        }
        openedAt = now;
        return true;
    }

    /** It has to be done again. */
    synchronized void close() {
        open = false;
    }
}
