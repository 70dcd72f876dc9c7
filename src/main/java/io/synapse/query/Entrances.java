package io.synapse.query;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * What is to be done about queries that are not known here until somebody has looked: of one query one thing after the other, in
 * the order it came, so that what a client says about a query takes effect in the order in which it was said. Safe for use by
 * many threads; no lock is held while anything is done.
 */
final class Entrances {

    private static final System.Logger LOGGER = System.getLogger(Entrances.class.getName());

    /** How much may wait of all queries together; each is a message of a client's. */
    static final int MAX_WAITING = 10_000;

    /** A line is there while something of its query is being done; what waits is in it. */
    private final Map<QueryId, Queue<Supplier<CompletionStage<Void>>>> lines = new HashMap<>();

    private int waiting;

    /** Whether something is being done about a query. */
    synchronized boolean isBusy(QueryId id) {
        return lines.containsKey(id);
    }

    /**
     * Does something, on this stack or when what came before it is done.
     *
     * @param id the query that it is about
     * @param task completes its stage when the next may go on; must not throw
     * @return false, and it is never done, if too much waits
     */
    boolean enter(QueryId id, Supplier<CompletionStage<Void>> task) {
        synchronized (this) {
            Queue<Supplier<CompletionStage<Void>>> line = lines.get(id);
            if (line != null) {
                if (waiting == MAX_WAITING) {
                    return false;
                }
                waiting++;
                line.add(task);
                return true;
            }
            lines.put(id, new ArrayDeque<>());
        }
        run(id, task);
        return true;
    }

    private void run(QueryId id, Supplier<CompletionStage<Void>> first) {
        Supplier<CompletionStage<Void>> task = first;
        // By iteration: what is done at once must not go deeper with each that waits.
        while (task != null) {
            CompletableFuture<Void> done = start(task).toCompletableFuture();
            if (!done.isDone()) {
                done.whenComplete((nothing, failure) -> {
                    Supplier<CompletionStage<Void>> next = next(id);
                    if (next != null) {
                        run(id, next);
                    }
                });
                return;
            }
            task = next(id);
        }
    }

    private static CompletionStage<Void> start(Supplier<CompletionStage<Void>> task) {
        try {
            return task.get();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "something about a query failed", e);
            return CompletableFuture.completedFuture(null);
        }
    }

    private synchronized Supplier<CompletionStage<Void>> next(QueryId id) {
        Supplier<CompletionStage<Void>> next = lines.get(id).poll();
        if (next == null) {
            lines.remove(id);
        } else {
            waiting--;
        }
        return next;
    }
}
