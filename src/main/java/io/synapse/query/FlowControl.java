package io.synapse.query;

import io.synapse.engine.QueryCancelledException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Slows an engine whose followers are all far behind, so that a fast producer does not fill memory with what nobody has
 * read yet. The least delayed follower sets the pace; a query that nobody follows is not slowed, for it must go on
 * without its client. The wait is bounded by the query's time-out and by the send deadline of the followers'
 * connections. Safe for use by many threads.
 */
final class FlowControl {

    private final List<QueryViewer> viewers = new CopyOnWriteArrayList<>();
    private final int maxLag;
    private final Cancellation cancellation;
    private final Object moved = new Object();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Completes when a follower is near enough to {@link #roomEnd}; null while nobody waits so. Written under the lock. */
    private volatile CompletableFuture<Void> room;

    private long roomEnd;

    FlowControl(int maxLag, Cancellation cancellation) {
        this.maxLag = maxLag;
        this.cancellation = cancellation;
        cancellation.onCancelInline(this::progressed);
    }

    void add(QueryViewer viewer) {
        viewers.add(viewer);
    }

    /** Returns false if it was not there. */
    boolean remove(QueryViewer viewer) {
        boolean removed = viewers.remove(viewer);
        progressed();
        return removed;
    }

    void forEach(Consumer<QueryViewer> action) {
        viewers.forEach(action);
    }

    boolean hasViewers() {
        return !viewers.isEmpty();
    }

    /** A follower has moved on, or gone. */
    void progressed() {
        if (waiting.get() > 0) {
            synchronized (moved) {
                moved.notifyAll();
            }
        }
        if (room != null) {
            tellOfRoom();
        }
    }

    private void tellOfRoom() {
        CompletableFuture<Void> over = null;
        synchronized (moved) {
            if (room != null && (cancellation.isCancelled() || !allBehind(roomEnd))) {
                over = room;
                room = null;
            }
        }
        if (over != null) {
            over.complete(null);
        }
    }

    /**
     * Like {@link #await}, for those who must not wait: completes when a follower is near enough, or the query is to stop,
     * on the thread that brings that about. All who ask share one answer, for the largest end that was asked for.
     */
    CompletableFuture<Void> room(long end) {
        if (!allBehind(end)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> awaited;
        synchronized (moved) {
            if (room == null) {
                room = new CompletableFuture<>();
                roomEnd = end;
            }
            roomEnd = Math.max(roomEnd, end);
            awaited = room;
        }
        // A follower may have moved on meanwhile.
        tellOfRoom();
        return awaited;
    }

    /** Waits while every follower is too far behind the given end of the stream. */
    void await(long end) {
        if (!allBehind(end)) {
            return;
        }
        synchronized (moved) {
            waiting.incrementAndGet();
            try {
                while (allBehind(end) && !cancellation.isCancelled()) {
                    moved.wait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                cancellation.throwIfCancelled();
                throw new QueryCancelledException("the engine's thread was interrupted");
            } finally {
                waiting.decrementAndGet();
            }
        }
    }

    private boolean allBehind(long end) {
        boolean any = false;
        for (QueryViewer viewer : viewers) {
            if (end - viewer.position() <= maxLag) {
                return false;
            }
            any = true;
        }
        return any;
    }
}
