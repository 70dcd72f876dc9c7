package io.synapse.stream;

import io.synapse.platform.Ticker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/**
 * The keys of recent publications of one topic, and where those stand. What was published is known by its content's
 * digest only, so that a key keeps nothing of it in memory. Bounded by count and age. Safe for use by many threads.
 */
final class IdempotencyKeys {

    private static final int USE_BYTES = 384;

    /** One key; {@code published} completes when its entry is appended. */
    record Use(String key, String content, long at, CompletableFuture<Position> published) {
        // Two bytes for each character, which is the most that they take.
        int bytes() {
            return USE_BYTES + 2 * (key.length() + content.length());
        }
    }

    /** The use of a key: a new one is for the caller to publish, another's is to be compared with. */
    record Claim(Use use, boolean isNew) {}

    private final int count;
    private final long ageNanos;
    private final Ticker ticker;
    private final LongConsumer account;
    private final Map<String, Use> byKey = new HashMap<>();
    private final Queue<Use> oldestFirst = new ArrayDeque<>();

    /** The account is told of every change of the memory that the keys take. */
    IdempotencyKeys(int count, Duration age, Ticker ticker, LongConsumer account) {
        this.count = count;
        this.ageNanos = age.toNanos();
        this.ticker = ticker;
        this.account = account;
    }

    synchronized Claim claim(String key, String content) {
        forget();
        Use present = byKey.get(key);
        if (present != null) {
            return new Claim(present, false);
        }
        Use use = new Use(key, content, ticker.read(), new CompletableFuture<>());
        if (count > 0) {
            byKey.put(key, use);
            oldestFirst.add(use);
            account.accept(use.bytes());
            forget();
        }
        return new Claim(use, true);
    }

    synchronized boolean isEmpty() {
        forget();
        return byKey.isEmpty();
    }

    /** How long ago the oldest key was used first, in nanoseconds; negative if there is none. */
    synchronized long oldestAge(long now) {
        return oldestFirst.isEmpty() ? -1 : now - oldestFirst.peek().at();
    }

    /** Forgets the oldest key, if there is one. */
    synchronized void dropOldest() {
        if (!oldestFirst.isEmpty()) {
            forgetOldest();
        }
    }

    private void forget() {
        long now = ticker.read();
        while (!oldestFirst.isEmpty()
                && (byKey.size() > count || now - oldestFirst.peek().at() > ageNanos)) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        Use oldest = oldestFirst.remove();
        byKey.remove(oldest.key());
        account.accept(-oldest.bytes());
    }
}
