package io.synapse.cluster.redis;

import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * What every topic of a node works with.
 *
 * @param store the topics in Redis
 * @param channels what is subscribed to
 * @param executor managed threads
 * @param timers for what is not answered
 * @param timeout how long Redis has
 * @param codec reads entries
 * @param ids makes epochs
 * @param ticker elapsed time
 * @param counters for what happens
 * @param up whether Redis is asked at all at the moment
 * @param refresher has topics read what they miss
 * @param shrinker keeps the memory of all topics within its bound
 * @param entrance enters a topic in the index of all
 */
record TopicParts<E>(
        TopicStore<E> store,
        Channels channels,
        Executor executor,
        Timers timers,
        Duration timeout,
        EntryCodec<E> codec,
        Ids ids,
        Ticker ticker,
        Counters counters,
        BooleanSupplier up,
        Refresher refresher,
        Runnable shrinker,
        Function<String, CompletionStage<Void>> entrance) {

    boolean isUp() {
        return up.getAsBoolean();
    }

    CompletionStage<Void> enter(String topic) {
        return entrance.apply(topic);
    }
}
