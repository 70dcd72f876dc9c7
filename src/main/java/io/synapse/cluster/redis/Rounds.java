package io.synapse.cluster.redis;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Does the same with each of very many things, some at a time, so that they do not take the place of everybody else's commands.
 * One round at a time: another one that is to begin meanwhile is left out. Safe for use by many threads.
 */
final class Rounds {

    private static final int AT_ONCE = 200;

    private final RedisLink link;
    private final AtomicBoolean running = new AtomicBoolean();

    Rounds(RedisLink link) {
        this.link = link;
    }

    /** Begins a round, which ends early if Redis goes away. */
    <T> void run(Collection<T> all, Function<T, CompletionStage<?>> each) {
        if (running.compareAndSet(false, true)) {
            next(List.copyOf(all), 0, each);
        }
    }

    private <T> void next(List<T> all, int from, Function<T, CompletionStage<?>> each) {
        int to = Math.min(all.size(), from + AT_ONCE);
        if (from >= to || !link.isUp()) {
            running.set(false);
            return;
        }
        CompletableFuture<?>[] some = all.subList(from, to).stream()
                .map(each)
                .map(CompletionStage::toCompletableFuture)
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(some).whenComplete((done, failure) -> next(all, to, each));
    }
}
