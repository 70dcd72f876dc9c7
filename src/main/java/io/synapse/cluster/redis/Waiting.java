package io.synapse.cluster.redis;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for Redis where a seam leaves no other way: in handshakes and in calls of REST, which have threads of their own. Never to
 * be used on the threads of the link, which complete what is waited for.
 */
final class Waiting {

    private final Duration timeout;

    Waiting(Duration timeout) {
        this.timeout = timeout;
    }

    /**
     * What a stage completes with.
     *
     * @throws RedisAwayException if it failed, or took too long: then what was asked for may have been done
     */
    <T> T forIt(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new RedisAwayException(String.valueOf(RedisLink.cause(e.getCause())));
        } catch (TimeoutException e) {
            throw new RedisAwayException("no answer in " + timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RedisAwayException("interrupted");
        }
    }
}
