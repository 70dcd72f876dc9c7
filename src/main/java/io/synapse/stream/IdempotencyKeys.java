package io.synapse.stream;

import io.synapse.platform.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * The keys of recent publications of one topic, and where those stand. Bounded by count and age. Safe for use by many
 * threads.
 *
 * @param <E> what is published
 */
final class IdempotencyKeys<E> {

    /** One key; {@code published} completes when its entry is appended. */
    record Use<E>(String key, E entry, long at, CompletableFuture<Position> published) {}

    private final int count;
    private final long ageNanos;
    private final Ticker ticker;
    private final Map<String, Use<E>> byKey = new HashMap<>();
    private final Queue<Use<E>> oldestFirst = new ArrayDeque<>();

    IdempotencyKeys(int count, Duration age, Ticker ticker) {
        this.count = count;
        this.ageNanos = age.toNanos();
        this.ticker = ticker;
    }

    /** The present use of a key; one with the given entry if there was none. */
    synchronized Use<E> claim(String key, E entry) {
        forget();
        Use<E> present = byKey.get(key);
        if (present != null) {
            return present;
        }
        Use<E> claimed = new Use<>(key, entry, ticker.read(), new CompletableFuture<>());
        if (count > 0) {
            byKey.put(key, claimed);
            oldestFirst.add(claimed);
            forget();
        }
        return claimed;
    }

    synchronized boolean isEmpty() {
        forget();
        return byKey.isEmpty();
    }

    private void forget() {
        long now = ticker.read();
        for (Use<E> oldest = oldestFirst.peek();
                oldest != null && (byKey.size() > count || now - oldest.at() > ageNanos);
                oldest = oldestFirst.peek()) {
            oldestFirst.remove();
            byKey.remove(oldest.key());
        }
    }
}
