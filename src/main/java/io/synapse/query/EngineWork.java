package io.synapse.query;

import io.synapse.platform.Counter;
import io.synapse.platform.Timers;
import io.synapse.platform.Timing;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The engine's work for one query: the thread it is called on, and when it has ended, which may be long after the query
 * has. An engine that goes on past the bound is reported once, and listed until it ends. Safe for use by many
 * threads.
 */
final class EngineWork {

    private static final System.Logger LOGGER = System.getLogger(EngineWork.class.getName());

    private final String engine;
    private final QueryRequest query;
    private final QueryEnvironment environment;
    private final EngineThread thread = new EngineThread();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile long stoppedAt;

    EngineWork(String engine, QueryRequest query, QueryEnvironment environment) {
        this.engine = engine;
        this.query = query;
        this.environment = environment;
    }

    EngineThread thread() {
        return thread;
    }

    void end() {
        ended.complete(null);
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    /** The engine was told to stop. Tells once: true when it has ended, or false when it has not within the bound. */
    void whenEnded(Consumer<Boolean> told) {
        stoppedAt = environment.ticker().read();
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        Timers.Timer bound = environment.timers().after(environment.config().stopTimeout(), () -> {
            // First into the list: whoever ends it meanwhile takes it out again.
            environment.runaways().add(this);
            if (first.complete(false)) {
                report();
            } else {
                environment.runaways().remove(this);
            }
        });
        ended.thenRun(() -> {
            bound.cancel();
            long took = environment.ticker().read() - stoppedAt;
            boolean inTime = first.complete(true);
            if (!inTime) {
                environment.runaways().remove(this);
            }
            if (thread.wasEntered()) {
                environment.counters().record(inTime ? Timing.STOPPED : Timing.STOPPED_LATE, took);
            }
        });
        first.thenAccept(told);
    }

    Runaways.Runaway describe(long now) {
        return new Runaways.Runaway(
                engine,
                query.id().agent(),
                query.channel().isPresent()
                        ? Optional.empty()
                        : Optional.of(query.id().ref()),
                thread.name(),
                Duration.ofNanos(now - stoppedAt));
    }

    private void report() {
        environment.counters().increment(Counter.ENGINES_RUNAWAY);
        LOGGER.log(
                Level.WARNING,
                "engine {0} goes on after the end of a query of agent {1}, on thread {2}",
                engine,
                query.id().agent(),
                thread.name());
    }
}
