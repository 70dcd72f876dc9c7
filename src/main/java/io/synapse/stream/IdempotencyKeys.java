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
public final class IdempotencyKeys {

    private static final int USE_BYTES = 384;

    /**
     * The use of a key.
     *
     * @param key it
     * @param content what is published under it
     * @param at when, in nanoseconds of the ticker
     * @param published completes when the entry is appended
     */
    public record Use(String key, String content, long at, CompletableFuture<Position> published) {
        // Two bytes for each character, which is the most that they take.
        int bytes() {
            return USE_BYTES + 2 * (key.length() + content.length());
        }
    }

    /**
     * The use of a key: a new one is for the caller to publish, another's is to be compared with.
     *
     * @param use it
     * @param isNew whether it is the caller's
     */
    public record Claim(Use use, boolean isNew) {}

    private final int count;
    private final long ageNanos;
    private final Ticker ticker;
    private final LongConsumer account;
    private final Map<String, Use> byKey = new HashMap<>();
    private final Queue<Use> oldestFirst = new ArrayDeque<>();

    /**
     * No keys.
     *
     * @param count how many are remembered
     * @param age how long
     * @param ticker tells it
     * @param account told of every change of the memory that the keys take
     */
    public IdempotencyKeys(int count, Duration age, Ticker ticker, LongConsumer account) {
        this.count = count;
        this.ageNanos = age.toNanos();
        this.ticker = ticker;
        this.account = account;
    }

    /**
     * Uses a key.
     *
     * @param key it
     * @param content what is to be published under it
     * @return its use, which may be an earlier one
     */
    public synchronized Claim claim(String key, String content) {
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
