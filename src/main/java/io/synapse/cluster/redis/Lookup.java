package io.synapse.cluster.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Something that is looked up in Redis, one time after the other, for many who ask: all who ask while it is under way share the
 * next. Safe for use by many threads.
 */
final class Lookup {

    private final Supplier<CompletionStage<Void>> look;
    private final Executor executor;
    private boolean looking;
    private CompletableFuture<Void> next;

    /**
     * One that nobody has asked for.
     *
     * @param look looks once; called by one thread at a time
     * @param executor for those after the first
     */
    Lookup(Supplier<CompletionStage<Void>> look, Executor executor) {
        this.look = look;
        this.executor = executor;
    }

    /**
     * Asks for it.
     *
     * @return completes as a look does that began after this call
     */
    CompletionStage<Void> ask() {
        CompletableFuture<Void> mine;
        synchronized (this) {
            // One that has begun may have read before the call.
            if (next == null) {
                next = new CompletableFuture<>();
            }
            mine = next;
            if (looking) {
                return mine;
            }
            looking = true;
        }
        run();
        return mine;
    }

    private void run() {
        CompletableFuture<Void> mine;
        synchronized (this) {
            mine = next;
            next = null;
        }
        CompletableFuture.completedFuture(null).thenCompose(begun -> look.get()).whenComplete((nothing, failure) -> {
            boolean again;
            synchronized (this) {
                again = next != null;
                looking = again;
            }
            if (failure == null) {
                mine.complete(null);
            } else {
                mine.completeExceptionally(RedisLink.cause(failure));
            }
            if (again) {
                // Not on this stack, which may be that of the one before.
                executor.execute(this::run);
            }
        });
    }
}
