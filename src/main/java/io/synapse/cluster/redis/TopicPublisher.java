package io.synapse.cluster.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.synapse.cluster.redis.TopicStore.Letter;
import io.synapse.cluster.redis.TopicStore.Receipt;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.stream.BrokerException;
import io.synapse.stream.BrokerException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Publishes in Redis, once. An attempt that got no answer may have been done, so it is made again under the same name, until Redis
 * says what became of it or its time is over. Safe for use by many threads.
 *
 * <p><b>Bounds.</b> {@value #MAX_UNKNOWN} publications wait for another attempt; more fail at once.
 */
final class TopicPublisher<E> {

    private static final int MAX_UNKNOWN = 1000;
    private static final int PATIENCE = 3;
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final TopicStore<E> store;
    private final Executor executor;
    private final Timers timers;
    private final Ticker ticker;
    private final Duration patience;
    private final AtomicInteger unknown = new AtomicInteger();

    TopicPublisher(TopicStore<E> store, Executor executor, Timers timers, Ticker ticker, Duration timeout) {
        this.store = store;
        this.executor = executor;
        this.timers = timers;
        this.ticker = ticker;
        patience = timeout.multipliedBy(PATIENCE);
    }

    /**
     * Publishes.
     *
     * @return what came of it; fails with {@link RedisAwayException} if nothing was done, and with {@link BrokerException} if
     *     something may have been
     */
    CompletionStage<Receipt> publish(String topic, Letter<E> letter) {
        CompletableFuture<Receipt> result = new CompletableFuture<>();
        store.publish(topic, letter, false).whenComplete((receipt, failure) -> {
            if (failure == null) {
                result.complete(receipt);
                return;
            }
            Throwable cause = RedisLink.cause(failure);
            if (cause instanceof RedisAwayException || RedisLink.isTrouble(cause)) {
                result.completeExceptionally(
                        cause instanceof RedisAwayException ? cause : new RedisAwayException(cause.getMessage()));
            } else if (cause instanceof RedisCommandExecutionException) {
                result.completeExceptionally(cause);
            } else if (unknown.incrementAndGet() > MAX_UNKNOWN) {
                unknown.decrementAndGet();
                result.completeExceptionally(unknown());
            } else {
                result.whenComplete((done, failed) -> unknown.decrementAndGet());
                againLater(topic, letter, ticker.read(), result);
            }
        });
        return result;
    }

    private void againLater(String topic, Letter<E> letter, long began, CompletableFuture<Receipt> result) {
        timers.after(PAUSE, () -> executor.execute(() -> again(topic, letter, began, result)));
    }

    private void again(String topic, Letter<E> letter, long began, CompletableFuture<Receipt> result) {
        store.publish(topic, letter, true).whenComplete((receipt, failure) -> {
            if (failure == null) {
                result.complete(receipt);
            } else if (ticker.read() - began > patience.toNanos()) {
                result.completeExceptionally(unknown());
            } else {
                againLater(topic, letter, began, result);
            }
        });
    }

    private static BrokerException unknown() {
        return new BrokerException(Reason.UNAVAILABLE, "Redis did not say whether it was published");
    }
}
