package io.synapse.query;

import io.synapse.config.QueryConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.CancellationToken;
import io.synapse.engine.EngineException;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.platform.Timers;
import io.synapse.query.QueryEvent.InterruptedEvent;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.query.QueryEvent.ThoughtEvent;
import io.synapse.stream.PositionedStream;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One query, from its acceptance to long after its end.
 *
 * <p><b>State.</b> Queued, running, decided, concluded. What the query ends with is decided once, by compare-and-set:
 * the engine's answer, its failure, an interrupt, the time-out. The loser of that race is logged and changes nothing.
 * Deciding seals the stream, so no thought comes after it; concluding appends the result. The two are one step, except
 * for an interrupt: between them the engine stops, and the acknowledgements go out.
 *
 * <p><b>Ordering.</b> Thoughts, then the acknowledgement of an interrupt to those who asked for it, then {@code
 * interrupted}, then the result.
 *
 * <p><b>Threads.</b> Everything may be called by any thread. No lock is held while an engine, a follower or a listener
 * runs.
 *
 * <p><b>Failure.</b> Whatever an engine throws ends this query and nothing else. An engine that goes on after the
 * decision keeps its place among the running ones until it ends, and is reported.
 */
public final class RunningQuery {

    /** What a query needs of its surroundings. */
    interface Host {
        /** It is decided how the query ends; if it waits for its turn, it never gets one. */
        void decided(RunningQuery query);

        /** The query has its result. */
        void concluded(RunningQuery query);

        /** The engine has ended, whatever became of the query. */
        void workEnded(RunningQuery query);
    }

    /** How the query ends, and whether its engine must be told. */
    private record Decision(QueryStatus status, String reason, Map<String, ?> data, boolean stopsEngine) {}

    private static final System.Logger LOGGER = System.getLogger(RunningQuery.class.getName());

    private final QueryRequest request;
    private final QueryEnvironment environment;
    private final QueryEngine engine;
    private final Host host;
    private final PositionedStream<QueryEvent> stream;
    private final Cancellation cancellation;
    private final FlowControl flow;
    private final EngineThread thread = new EngineThread();
    private final CompletableFuture<Void> work = new CompletableFuture<>();
    private final AtomicReference<Decision> decision = new AtomicReference<>();
    private final long acceptedAt;
    private final Question question;
    private volatile Timers.Timer deadline = Timers.Timer.NONE;
    private final AtomicReference<Timers.Timer> abandonment = new AtomicReference<>(Timers.Timer.NONE);

    /** Guarded by itself; null once the query is concluded. */
    private final Object acknowledgementsLock = new Object();

    private List<Consumer<StopOutcome>> acknowledgements = new ArrayList<>();
    private volatile StopOutcome stopOutcome;

    RunningQuery(QueryRequest request, QueryEngine engine, QueryEnvironment environment, Host host) {
        this.request = request;
        this.engine = engine;
        this.environment = environment;
        this.host = host;
        stream = environment.newStream();
        cancellation = new Cancellation(environment.callbacks());
        flow = new FlowControl(config().maxLag(), cancellation);
        acceptedAt = environment.ticker().read();
        question = new Question(
                request.id().agent(),
                request.id().ref(),
                request.question(),
                request.priority(),
                environment.clock().instant().plus(request.timeout()),
                request.pace(),
                request.traceparent());
    }

    private QueryConfig config() {
        return environment.config();
    }

    /** Starts the clock of the time-out. */
    void accepted() {
        deadline = environment.timers().after(request.timeout(), this::timedOut);
        if (decision.get() != null) {
            deadline.cancel();
        }
    }

    private void timedOut() {
        String reason = "timeout after " + request.timeout().toMillis() + " ms";
        end(new Decision(QueryStatus.TIMEOUT, reason, Map.of("reason", "timeout"), true));
    }

    /** Calls the engine; on a worker thread. */
    void run() {
        CompletionStage<Answer> answering = null;
        Throwable failure = null;
        thread.enter();
        try {
            if (decision.get() == null) {
                answering = engine.answer(question, new Context());
                if (answering == null) {
                    failure = new NullPointerException("the engine returned no stage");
                }
            }
        } catch (Throwable e) {
            // Errors too: an engine with a missing class must end its query, not this thread.
            failure = e;
        } finally {
            thread.leave();
        }
        if (answering == null) {
            settle(null, failure);
        } else {
            answering.whenComplete(this::settle);
        }
    }

    /** The query is decided before it ran; there is no work to wait for. */
    void neverRan() {
        work.complete(null);
    }

    private void settle(Answer answer, Throwable thrown) {
        if (decision.get() == null) {
            try {
                end(outcome(answer, thrown));
            } catch (RuntimeException e) {
                // An exception of an engine's own may fail when it is asked for its reason.
                LOGGER.log(Level.WARNING, "an engine failed in a way that cannot be told", e);
                end(engineFailed());
            }
        }
        work.complete(null);
        host.workEnded(this);
    }

    private Decision outcome(Answer answer, Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure == null && answer != null) {
            return new Decision(QueryStatus.SUCCESS, "answered", answer.data(), false);
        }
        if (failure instanceof EngineException known) {
            LOGGER.log(Level.INFO, "engine " + engine.name() + " failed: " + known.reason(), known);
            String message = known.getMessage() == null ? "" : known.getMessage();
            return failed(known.reason(), message, false);
        }
        LOGGER.log(Level.WARNING, "engine " + engine.name() + " failed", failure);
        return engineFailed();
    }

    private static Decision engineFailed() {
        return failed("engine_failure", "the engine failed; the server's log says why", false);
    }

    private static Decision failed(String reason, String message, boolean stopsEngine) {
        return new Decision(QueryStatus.ERROR, reason, Map.of("reason", reason, "message", message), stopsEngine);
    }

    private static Decision tooLong() {
        return failed("output_limit", "the answer is longer than this server allows", true);
    }

    /** Ends the query with a result at once. Returns false if it is decided already. */
    private boolean end(Decision wanted) {
        if (!decide(wanted)) {
            return false;
        }
        conclude(wanted);
        watch();
        return true;
    }

    private boolean decide(Decision wanted) {
        if (!decision.compareAndSet(null, wanted)) {
            LOGGER.log(
                    Level.DEBUG,
                    "query {0} is decided, {1} comes too late",
                    request.id().ref(),
                    wanted.status());
            return false;
        }
        stream.seal();
        deadline.cancel();
        if (wanted.stopsEngine()) {
            cancellation.cancel(wanted.reason());
            thread.interrupt();
        } else {
            cancellation.dispose();
        }
        host.decided(this);
        return true;
    }

    private void conclude(Decision decided) {
        long latency =
                Duration.ofNanos(environment.ticker().read() - acceptedAt).toMillis();
        ResultEvent result =
                ResultBodies.encode(request.id().ref(), decided.status(), decided.data(), latency, stream.seal());
        if (result.bytes() > config().maxOutputBytes()) {
            Decision instead = tooLong();
            result = ResultBodies.encode(request.id().ref(), instead.status(), instead.data(), latency, stream.seal());
        }
        environment.counters().increment(result.status().counter());
        synchronized (acknowledgementsLock) {
            acknowledgements = null;
        }
        stream.conclude(result);
        host.concluded(this);
    }

    /**
     * Stops the query: seals its stream at once, then waits, without blocking, until the engine has ended or the bound is
     * over.
     *
     * @param reason for everyone who follows
     * @param acknowledge told before anything else comes on the stream; at once if the query was interrupted before
     * @return false, and nothing happens, if the query has ended or is ending otherwise
     */
    boolean interrupt(String reason, Consumer<StopOutcome> acknowledge) {
        Decision wanted = new Decision(QueryStatus.INTERRUPTED, reason, Map.of("reason", reason), true);
        boolean waits;
        synchronized (acknowledgementsLock) {
            waits = acknowledgements != null && stopOutcome == null;
            if (waits) {
                acknowledgements.add(acknowledge);
            }
        }
        if (decide(wanted)) {
            long from = environment.ticker().read();
            whenWorkEnds(ended -> {
                long after =
                        Duration.ofNanos(environment.ticker().read() - from).toMillis();
                stopped(new StopOutcome(ended, after, stream.seal()), wanted);
            });
        } else if (decision.get().status() != QueryStatus.INTERRUPTED) {
            return false;
        } else if (!waits) {
            acknowledge.accept(stopOutcome);
        }
        return true;
    }

    private void stopped(StopOutcome outcome, Decision wanted) {
        List<Consumer<StopOutcome>> waiting;
        synchronized (acknowledgementsLock) {
            stopOutcome = outcome;
            waiting = List.copyOf(acknowledgements);
        }
        for (Consumer<StopOutcome> acknowledgement : waiting) {
            try {
                acknowledgement.accept(outcome);
            } catch (RuntimeException e) {
                LOGGER.log(Level.WARNING, "an interrupt could not be acknowledged", e);
            }
        }
        stream.conclude(new InterruptedEvent(wanted.reason()));
        conclude(wanted);
    }

    /** Tells once: true when the engine has ended, or false when it has not within the bound. */
    private void whenWorkEnds(Consumer<Boolean> told) {
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        Timers.Timer bound = environment.timers().after(config().stopTimeout(), () -> {
            if (first.complete(false)) {
                runaway();
            }
        });
        work.thenRun(() -> {
            bound.cancel();
            first.complete(true);
        });
        first.thenAccept(told);
    }

    private void watch() {
        if (!work.isDone()) {
            whenWorkEnds(ended -> {});
        }
    }

    private void runaway() {
        environment.counters().increment(Counter.ENGINES_RUNAWAY);
        LOGGER.log(
                Level.WARNING,
                "engine {0} goes on after the end of a query of agent {1}, on thread {2}",
                engine.name(),
                request.id().agent(),
                thread.name());
    }

    /** Stops the query after a time, unless somebody follows it by then. */
    void abandonAfter(Duration grace) {
        Timers.Timer timer = environment.timers().after(grace, () -> {
            if (!flow.hasViewers()) {
                interrupt("disconnected", outcome -> {});
            }
        });
        abandonment.getAndSet(timer).cancel();
    }

    /** Somebody follows the query again: a grace that has begun is over, and another begins when they leave. */
    void notAbandoned() {
        abandonment.getAndSet(Timers.Timer.NONE).cancel();
    }

    /** Which query this is. */
    QueryId id() {
        return request.id();
    }

    QueryRequest request() {
        return request;
    }

    PositionedStream<QueryEvent> stream() {
        return stream;
    }

    FlowControl flow() {
        return flow;
    }

    /** The seq of the last thought so far. */
    long lastSeq() {
        return isDecided() ? stream.seal() : stream.end();
    }

    boolean isDecided() {
        return decision.get() != null;
    }

    /** How the query ended; null while it has not. */
    QueryStatus status() {
        Decision decided = decision.get();
        return decided == null ? null : decided.status();
    }

    /** What the engine sees of this query. */
    private final class Context implements QueryContext {

        @Override
        public long emit(Thought thought) {
            cancellation.throwIfCancelled();
            flow.await(stream.end());
            ThoughtEvent event = new ThoughtEvent(
                    thought.type(),
                    thought.content(),
                    thought.confidence(),
                    environment.clock().millis());
            if (stream.end() >= config().maxThoughts() || stream.bytes() + event.bytes() > config().maxOutputBytes()) {
                end(tooLong());
            }
            long seq = stream.append(event);
            if (seq == PositionedStream.SEALED) {
                environment.counters().increment(Counter.THOUGHTS_LATE);
                cancellation.throwIfCancelled();
                throw new QueryCancelledException("the query has ended");
            }
            environment.counters().increment(Counter.THOUGHTS);
            return seq;
        }

        @Override
        public CancellationToken cancellation() {
            return cancellation;
        }

        @Override
        public void pause(Duration time) {
            cancellation.pause(time, environment.timers());
        }
    }
}
