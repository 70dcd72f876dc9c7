package io.synapse.cluster.redis;

import io.synapse.config.RedisConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.ManagedTimers;
import io.synapse.platform.RandomIds;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** What the parts of a node that talk to Redis need, with real threads and real time: a node without its application. */
public final class TestNode implements AutoCloseable {

    /** How long Redis has to answer. */
    public static final Duration TIMEOUT = Duration.ofSeconds(1);

    private static final int THREADS = 4;

    /** What happened on it. */
    public final Counters counters = new Counters();

    /** Its timers. */
    public final ManagedTimers timers = new ManagedTimers(Thread::new);

    /** Its name. */
    public final String name;

    /** Its link, started. */
    public final RedisLink link;

    /** Its threads. */
    public final TaskQueue executor;

    private final ManagedPool pool;

    private TestNode(String name, RedisConfig config, int threads) {
        this.name = name;
        pool = new ManagedPool(Thread::new, threads);
        executor = new TaskQueue(pool, threads);
        link = new RedisLink(config, new RedisLink.Environment(executor, timers, Ticker.system(), counters));
        link.start();
    }

    /** A node at a Redis, which may be down. */
    public static TestNode at(String name, String uri, String prefix) {
        return new TestNode(name, config(uri, prefix), THREADS);
    }

    /** A node that has one thread, so that what comes of commands is seen in their order. */
    public static TestNode orderly(String name, String uri, String prefix) {
        TestNode node = new TestNode(name, config(uri, prefix), 1);
        until(node.link::isUp);
        return node;
    }

    private static RedisConfig config(String uri, String prefix) {
        return new RedisConfig(
                List.of(uri), false, Optional.empty(), Optional.empty(), prefix, TIMEOUT, 10_000, Optional.empty());
    }

    /** A node at any kind of Redis, whose link is up. */
    public static TestNode connected(String name, RedisConfig config) {
        TestNode node = new TestNode(name, config, THREADS);
        until(node.link::isUp);
        return node;
    }

    /** A node whose link is up. */
    public static TestNode connected(String name, String uri, String prefix) {
        TestNode node = at(name, uri, prefix);
        until(node.link::isUp);
        return node;
    }

    /** A prefix that nobody else uses. */
    public static String prefix() {
        return new RandomIds().next();
    }

    /** Waits for something. */
    public static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .until(condition);
    }

    /** How many hashes there are whose name begins like this and that have a field. */
    public long hashesWith(String prefix, String field) {
        return join(link.call(redis -> redis.keys(prefix + '*'))).stream()
                .filter(key -> join(link.call(redis -> redis.hexists(key, field))))
                .count();
    }

    /** The texts of a field of all hashes whose name begins like this. */
    public List<String> fields(String prefix, String field) {
        return join(link.call(redis -> redis.keys(prefix + '*'))).stream()
                .map(key -> join(link.call(redis -> redis.hget(key, field))))
                .filter(Objects::nonNull)
                .map(Script::text)
                .toList();
    }

    /** Waits for a stage. */
    public static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        link.close();
        timers.close();
        pool.close();
    }
}
