package io.synapse.query;

import io.synapse.platform.Counter;
import io.synapse.platform.Timers;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The engine's work for one query: the thread it is called on, and when it has ended, which may be long after the query
 * has. An engine that goes on past the bound is reported once for each time somebody waits for it. Safe for use by many
 * threads.
 */
final class EngineWork {

    private static final System.Logger LOGGER = System.getLogger(EngineWork.class.getName());

    private final String engine;
    private final QueryId query;
    private final QueryEnvironment environment;
    private final EngineThread thread = new EngineThread();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    EngineWork(String engine, QueryId query, QueryEnvironment environment) {
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

    /** Tells once: true when the engine has ended, or false when it has not within the bound. */
    void whenEnded(Consumer<Boolean> told) {
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        Timers.Timer bound = environment.timers().after(environment.config().stopTimeout(), () -> {
            if (first.complete(false)) {
                runaway();
            }
        });
        ended.thenRun(() -> {
            bound.cancel();
            first.complete(true);
        });
        first.thenAccept(told);
    }

    private void runaway() {
        environment.counters().increment(Counter.ENGINES_RUNAWAY);
        LOGGER.log(
                Level.WARNING,
                "engine {0} goes on after the end of a query of agent {1}, on thread {2}",
                engine,
                query.agent(),
                thread.name());
    }
}
