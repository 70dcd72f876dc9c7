package io.synapse.cluster.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.RedisReadOnlyException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.synapse.config.RedisConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The connection of this node to Redis: one for commands, one for what is published. It dials until it is closed, so Redis may
 * be down when the node starts. Safe for use by many threads; nothing waits.
 *
 * <p><b>Away.</b> Commands fail at once with {@link RedisAwayException} while there is no connection, while the circuit breaker
 * is open (half of the last {@value #BREAKER_CALLS} commands failed or were slow), or when {@code synapse.redis.max-pending}
 * wait already. A command that was sent and got no answer in {@code synapse.redis.timeout} fails otherwise: it may have been
 * done. <b>Half-open connections</b> are found by a ping each second on both, and are dialled again.
 */
public final class RedisLink implements AutoCloseable {

    /** Told when the link comes and goes; on a managed thread, one call at a time, in order. */
    public interface Watcher {
        /** There is a connection, and what was subscribed to before is subscribed to again. */
        void up();

        /** There is none any more. */
        void down();
    }

    /** What the link is made with. */
    public record Environment(Executor executor, Timers timers, Ticker ticker, Counters counters) {}

    private static final System.Logger LOGGER = System.getLogger(RedisLink.class.getName());
    private static final List<String> TROUBLE =
            List.of("OOM ", "LOADING ", "MASTERDOWN ", "CLUSTERDOWN ", "READONLY ", "NOREPLICAS ", "MISCONF ");
    private static final int BREAKER_CALLS = 20;
    private static final int BREAKER_PROBES = 3;
    private static final float BREAKER_RATE = 50;
    private static final Duration BREAKER_OPEN = Duration.ofSeconds(1);
    private static final Duration PING = Duration.ofSeconds(1);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(50);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

    private final RedisConfig config;
    private final Environment environment;
    private final Dialer dialer;
    private final Keys keys;
    private final Channels channels = new Channels();
    private final CircuitBreaker breaker;
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final Serial news;
    private final AtomicInteger pending = new AtomicInteger();

    private volatile Open open;
    /** What watchers know. Touched by tasks of {@link #news} only. */
    private boolean toldUp;

    private Duration wait = SHORTEST_WAIT;
    private boolean closed;

    /** Both connections. */
    private record Open(Dialer.Commands commands, StatefulRedisPubSubConnection<String, byte[]> pubSub) {
        void close() {
            commands.connection().closeAsync();
            pubSub.closeAsync();
        }
    }

    /**
     * A link that has yet to be dialled.
     *
     * @param config where Redis is
     * @param environment what it runs with; the executor takes as many tasks as commands may be pending
     */
    public RedisLink(RedisConfig config, Environment environment) {
        this.config = config;
        this.environment = environment;
        keys = new Keys(config.prefix());
        news = new Serial(environment.executor());
        dialer = new Dialer(config);
        breaker = breaker(environment, config);
        dialer.onEnd(connection -> {
            Open now = open;
            if (now != null && (connection == now.commands().connection() || connection == now.pubSub())) {
                lost(now, "the connection ended");
            }
        });
    }

    private static CircuitBreaker breaker(Environment environment, RedisConfig config) {
        CircuitBreaker breaker = CircuitBreaker.of(
                "redis",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(BREAKER_CALLS)
                        .minimumNumberOfCalls(BREAKER_CALLS)
                        .failureRateThreshold(BREAKER_RATE)
                        .waitDurationInOpenState(BREAKER_OPEN)
                        .permittedNumberOfCallsInHalfOpenState(BREAKER_PROBES)
                        // What Redis refuses by itself, such as a script with an error, says nothing of its health.
                        .ignoreException(e -> e instanceof RedisCommandExecutionException && !isTrouble(e))
                        .currentTimestampFunction(clock -> environment.ticker().read(), TimeUnit.NANOSECONDS)
                        .build());
        breaker.getEventPublisher()
                .onStateTransition(event ->
                        LOGGER.log(Level.WARNING, "the circuit breaker for Redis: {0}", event.getStateTransition()));
        return breaker;
    }

    // Full, still loading, or a master no more: the next one may be better. A script says so in the midst of its own
    // words.
    static boolean isTrouble(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof RedisCommandExecutionException
                && TROUBLE.stream().anyMatch(word -> message.startsWith(word) || message.contains('-' + word));
    }

    private static boolean isReadOnly(Throwable failure) {
        return failure instanceof RedisReadOnlyException
                || failure instanceof RedisCommandExecutionException
                        && String.valueOf(failure.getMessage()).contains("READONLY ");
    }

    /** Begins to dial. To be called once. */
    public void start() {
        dial();
        environment.timers().after(PING, this::ping);
    }

    /** The names of keys and channels. */
    Keys keys() {
        return keys;
    }

    /** What is subscribed to. */
    Channels channels() {
        return channels;
    }

    /** Runs what may take longer than the client's own threads should. */
    Executor executor() {
        return environment.executor();
    }

    /**
     * Asks to be told when the link comes and goes.
     *
     * @param watcher told from now on; of the present state only if the link is there
     */
    public void watch(Watcher watcher) {
        news.execute(() -> {
            watchers.add(watcher);
            if (toldUp) {
                watcher.up();
            }
        });
    }

    private void told(boolean up) {
        toldUp = up;
        watchers.forEach(up ? Watcher::up : Watcher::down);
    }

    /**
     * Whether commands are sent at the moment.
     *
     * @return false while there is no connection, and while the circuit breaker is open
     */
    public boolean isUp() {
        return open != null && breaker.getState() != CircuitBreaker.State.OPEN;
    }

    /**
     * How many commands wait for an answer.
     *
     * @return 0 to the bound
     */
    public int pending() {
        return pending.get();
    }

    /** Sends a command. The stage completes on a managed thread. */
    <T> CompletionStage<T> call(
            Function<RedisClusterAsyncCommands<String, byte[]>, ? extends CompletionStage<T>> command) {
        Open now = open;
        if (now == null) {
            return refused("there is no connection to Redis");
        }
        if (pending.incrementAndGet() > config.maxPending()) {
            pending.decrementAndGet();
            return refused("too many commands wait for Redis");
        }
        if (!breaker.tryAcquirePermission()) {
            pending.decrementAndGet();
            return refused("Redis fails too often, and is left alone for a moment");
        }
        long began = environment.ticker().read();
        CompletableFuture<T> result = new CompletableFuture<>();
        CompletionStage<T> sent;
        try {
            sent = command.apply(now.commands().async());
        } catch (RuntimeException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        sent.whenComplete((value, failure) -> {
            pending.decrementAndGet();
            settle(now, environment.ticker().read() - began, failure);
            environment.executor().execute(() -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(cause(failure));
                }
            });
        });
        return result;
    }

    private void settle(Open used, long nanos, Throwable failure) {
        if (failure == null) {
            breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
            return;
        }
        Throwable cause = cause(failure);
        if (!(cause instanceof RedisNoScriptException)) {
            environment.counters().increment(Counter.REDIS_FAILED);
        }
        breaker.onError(nanos, TimeUnit.NANOSECONDS, cause);
        if (isReadOnly(cause)) {
            lost(used, "the server is not the master any more");
        }
    }

    private <T> CompletionStage<T> refused(String why) {
        environment.counters().increment(Counter.REDIS_REFUSED);
        return CompletableFuture.failedFuture(new RedisAwayException(why));
    }

    /** Runs a script; what it gives is text, numbers and lists of these. */
    <T> CompletionStage<T> eval(Script script, ScriptOutputType type, List<String> keyNames, byte[]... args) {
        String[] names = keyNames.toArray(String[]::new);
        return call(redis -> {
            CompletionStage<T> known = redis.evalsha(script.sha(), type, names, args);
            return known.<CompletionStage<T>>handle((value, failure) -> {
                        if (failure != null && cause(failure) instanceof RedisNoScriptException) {
                            return redis.eval(script.text(), type, names, args);
                        }
                        return known;
                    })
                    .thenCompose(stage -> stage);
        });
    }

    /** What is behind a failed stage. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private synchronized void dial() {
        if (closed || open != null) {
            return;
        }
        CompletionStage<Dialer.Commands> dialling;
        try {
            dialling = dialer.commands();
        } catch (RuntimeException e) {
            dialling = CompletableFuture.failedFuture(e);
        }
        dialling.thenCompose(commands -> dialer.pubSub().handle((pubSub, failure) -> {
                    if (failure != null) {
                        commands.connection().closeAsync();
                        throw new CompletionException(cause(failure));
                    }
                    return new Open(commands, pubSub);
                }))
                .thenCompose(both -> channels.attach(both.pubSub()).handle((done, failure) -> {
                    if (failure != null) {
                        both.close();
                        throw new CompletionException(cause(failure));
                    }
                    return both;
                }))
                .whenComplete((both, failure) -> {
                    if (failure == null) {
                        opened(both);
                    } else {
                        LOGGER.log(Level.DEBUG, "Redis cannot be reached: {0}", String.valueOf(cause(failure)));
                        dialLater();
                    }
                });
    }

    private synchronized void opened(Open both) {
        if (closed) {
            both.close();
            return;
        }
        open = both;
        wait = SHORTEST_WAIT;
        LOGGER.log(Level.INFO, "connected to Redis");
        news.execute(() -> told(true));
        // It may have ended before anybody looked.
        if (!both.commands().connection().isOpen() || !both.pubSub().isOpen()) {
            lost(both, "the connection ended");
        }
    }

    private synchronized void dialLater() {
        if (!closed) {
            environment.timers().after(wait, this::dial);
            wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait.multipliedBy(2);
        }
    }

    private synchronized void lost(Open gone, String why) {
        if (open != gone) {
            return;
        }
        open = null;
        channels.detach();
        gone.close();
        environment.counters().increment(Counter.REDIS_LOST);
        if (!closed) {
            LOGGER.log(Level.WARNING, "Redis is away: {0}", why);
            news.execute(() -> told(false));
            dialLater();
        }
    }

    private void ping() {
        Open now = open;
        if (breaker.getState() == CircuitBreaker.State.OPEN) {
            // It tries again only if somebody calls, and nobody does who sees that the link is down.
            call(RedisClusterAsyncCommands::ping);
        }
        if (now != null) {
            CompletionStage<String> commands = now.commands().async().ping();
            CompletionStage<String> pubSub = now.pubSub().async().ping();
            commands.thenCombine(pubSub, (one, other) -> one).whenComplete((pong, failure) -> {
                if (failure != null) {
                    lost(now, "it answers no ping: " + cause(failure));
                }
            });
        }
        synchronized (this) {
            if (!closed) {
                environment.timers().after(PING, this::ping);
            }
        }
    }

    /** Ends the connections and the client's threads; waits for these, 5 s at most. */
    @Override
    public void close() {
        Open now;
        synchronized (this) {
            closed = true;
            now = open;
            open = null;
        }
        if (now != null) {
            now.close();
        }
        dialer.close();
    }
}
