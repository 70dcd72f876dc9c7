package io.synapse.query;

import io.synapse.budget.Level;
import io.synapse.engine.Answer;
import io.synapse.engine.EarlierTurn;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.platform.Counter;
import io.synapse.platform.Timers;
import io.synapse.platform.Timing;
import io.synapse.query.QueryEvent.InterruptedEvent;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.stream.PositionedStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
public final class RunningQuery implements FollowedQuery {

    /** What a query needs of its surroundings. */
    interface Host {
        /** It is decided how the query ends; if it waits for its turn, it never gets one. */
        void decided(RunningQuery query);

        /** The query is about to have its result; nothing is added to its stream any more but how it ends. */
        void concluding(RunningQuery query, Ending ending);

        /** The query has its result. */
        void concluded(RunningQuery query);

        /** The engine has ended, whatever became of the query. */
        void workEnded(RunningQuery query);
    }

    /** The reason of a query that ends because nothing is left of its subject's budget. */
    static final String BUDGET_EXHAUSTED = "budget_exhausted";

    private static final System.Logger LOGGER = System.getLogger(RunningQuery.class.getName());

    private final QueryRequest request;
    private final QueryEnvironment environment;
    private final QueryEngine engine;
    private final Host host;
    private final PositionedStream<QueryEvent> stream;
    private final Cancellation cancellation;
    private final FlowControl flow;
    private final EngineWork work;
    private final AtomicReference<Ending> ending = new AtomicReference<>();
    private final long acceptedAt;
    private final Instant accepted;
    private volatile Question question;
    private final OutputBudget budget;
    private final StopAcknowledgements acknowledgements = new StopAcknowledgements();
    private final RemoteFollowers remote = new RemoteFollowers();
    private final AtomicReference<Timers.Timer> abandonment = new AtomicReference<>(Timers.Timer.NONE);
    private volatile QueryCopy copy;
    private volatile boolean waits;
    private volatile boolean begun;
    private volatile boolean concluded;
    private volatile Timers.Timer deadline = Timers.Timer.NONE;

    RunningQuery(QueryRequest request, QueryEngine engine, QueryEnvironment environment, Host host) {
        this.request = request;
        this.engine = engine;
        this.environment = environment;
        this.host = host;
        stream = environment.newStream();
        cancellation = new Cancellation(environment.callbacks());
        flow = new FlowControl(environment.config().maxLag(), cancellation);
        work = new EngineWork(engine.name(), request, environment);
        acceptedAt = environment.ticker().read();
        accepted = environment.clock().instant();
        budget = new OutputBudget(environment.budgets(), request.payer().subject(), this::warn);
        question = new Question(
                request.id().tenant(),
                request.id().agent(),
                request.id().ref(),
                request.question(),
                request.priority(),
                accepted.plus(request.timeout()),
                request.pace(),
                request.traceparent(),
                List.of());
    }

    /** Starts the clock of the time-out. */
    void accepted() {
        deadline = environment.timers().after(request.timeout(), () -> end(Ending.timedOut(request.timeout())));
        if (isDecided()) {
            deadline.cancel();
        }
    }

    /** It is asked after these, in its conversation. */
    void comesAfter(List<EarlierTurn> history) {
        question = question.after(history);
    }

    /** Others have to end before its turn comes. */
    void hasToWait() {
        waits = true;
    }

    @Override
    public boolean isWaiting() {
        return waits && !begun && !isDecided();
    }

    /** Calls the engine; on a worker thread. */
    void run() {
        begun = true;
        CompletionStage<Answer> answering = null;
        Throwable failure = null;
        work.thread().enter();
        try {
            if (!isDecided()) {
                answering = engine.answer(
                        question, new Emitter(stream, environment, cancellation, flow, request.toolbox(), output()));
                if (answering == null) {
                    failure = new NullPointerException("the engine returned no stage");
                }
            }
        } catch (Throwable e) {
            // Errors too: an engine with a missing class must end its query, not this thread.
            failure = e;
        } finally {
            work.thread().leave();
        }
        if (answering == null) {
            settle(null, failure);
        } else {
            answering.whenComplete(this::settle);
        }
    }

    private Emitter.Output output() {
        return new Emitter.Output() {
            @Override
            public OutputBudget.Verdict mayEmit(QueryEvent event) {
                return request.tool().isPresent() ? OutputBudget.Verdict.GO_ON : budget.spend(event);
            }

            @Override
            public long afterMillis() {
                return millisSince(acceptedAt);
            }

            @Override
            public void began() {
                environment
                        .counters()
                        .record(Timing.FIRST_TOKEN, environment.ticker().read() - acceptedAt);
            }

            @Override
            public void tooLong() {
                end(Ending.tooLong());
            }

            @Override
            public void exhausted() {
                if (interrupt(BUDGET_EXHAUSTED, outcome -> {})) {
                    environment.counters().increment(Counter.BUDGET_STOPPED);
                }
            }
        };
    }

    /** Warns those who follow in the name of the subject whose budget it is. */
    void warn(List<Level> levels) {
        for (Level level : levels) {
            flow.forEach(viewer -> viewer.warn(request.payer().subject(), level));
        }
    }

    /** The query is decided before it ran; there is no work to wait for. */
    void neverRan() {
        work.end();
    }

    private void settle(Answer answer, Throwable thrown) {
        // First: nobody has to wait for an engine that has said how it ended.
        work.end();
        if (answer != null && request.tool().isEmpty()) {
            budget.correct(answer.data());
        }
        if (!isDecided()) {
            end(Ending.of(engine.name(), answer, thrown));
        }
        host.workEnded(this);
    }

    /** Ends the query with a result at once, unless it is decided already. */
    private void end(Ending wanted) {
        if (!decide(wanted)) {
            return;
        }
        conclude(wanted);
        if (!work.hasEnded()) {
            work.whenEnded(ended -> {});
        }
    }

    private boolean decide(Ending wanted) {
        if (!ending.compareAndSet(null, wanted)) {
            LOGGER.log(
                    System.Logger.Level.DEBUG,
                    "query {0} is decided, {1} comes too late",
                    request.id().ref(),
                    wanted.status());
            return false;
        }
        stream.seal();
        deadline.cancel();
        if (wanted.stopsEngine()) {
            cancellation.cancel(wanted.reason());
            work.thread().interrupt();
        } else {
            cancellation.dispose();
        }
        host.decided(this);
        return true;
    }

    /** It cannot be asked. */
    void fail(Throwable why) {
        end(Ending.of(engine.name(), null, why));
    }

    private void conclude(Ending decided) {
        Ending told = decided;
        ResultEvent result = encode(told);
        if (result.bytes() > environment.config().maxOutputBytes()) {
            told = Ending.tooLong();
            result = encode(told);
        }
        host.concluding(this, told);
        environment.counters().increment(result.status().counter());
        environment
                .counters()
                .record(result.status().timing(), environment.ticker().read() - acceptedAt);
        acknowledgements.close();
        stream.conclude(result);
        concluded = true;
        host.concluded(this);
    }

    private ResultEvent encode(Ending decided) {
        return ResultBodies.encode(
                request.id().ref(), decided.status(), decided.data(), millisSince(acceptedAt), stream.seal());
    }

    private long millisSince(long from) {
        return Duration.ofNanos(environment.ticker().read() - from).toMillis();
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
        boolean waits = acknowledgements.add(acknowledge);
        Ending wanted = Ending.interrupted(reason);
        if (decide(wanted)) {
            long from = environment.ticker().read();
            work.whenEnded(ended -> stopped(new StopOutcome(ended, millisSince(from), stream.seal()), wanted));
        } else if (status() != QueryStatus.INTERRUPTED) {
            return false;
        } else if (!waits) {
            acknowledge.accept(acknowledgements.outcome());
        }
        return true;
    }

    /** Stops the query, unless it has ended, is ending or was stopped. */
    boolean interruptIfUndecided(String reason) {
        return !isDecided() && interrupt(reason, outcome -> {});
    }

    private void stopped(StopOutcome outcome, Ending wanted) {
        acknowledgements.tell(outcome);
        stream.conclude(new InterruptedEvent(wanted.reason(), millisSince(acceptedAt)));
        conclude(wanted);
    }

    /** Whether anybody follows it, here or on another node. */
    private boolean isFollowed() {
        return flow.hasViewers() || !remote.isEmpty();
    }

    private void leftAlone() {
        Optional<Duration> grace = request.onDisconnect().cancelAfter();
        if (grace.isEmpty() || isDecided() || isFollowed()) {
            return;
        }
        Timers.Timer timer = environment.timers().after(grace.get(), () -> {
            if (!isFollowed()) {
                interrupt("disconnected", outcome -> {});
            }
        });
        abandonment.getAndSet(timer).cancel();
    }

    /** Somebody follows the query again: a grace that has begun is over, and another begins when they leave. */
    private void notAbandoned() {
        abandonment.getAndSet(Timers.Timer.NONE).cancel();
    }

    @Override
    public long start(long afterSeq) {
        return Math.min(afterSeq, lastSeq());
    }

    @Override
    public boolean add(QueryViewer viewer) {
        flow.add(viewer);
        notAbandoned();
        return true;
    }

    @Override
    public void remove(QueryViewer viewer) {
        flow.remove(viewer);
        leftAlone();
    }

    @Override
    public void progressed() {
        flow.progressed();
    }

    /** What is written of it for other nodes; null if nothing is. */
    QueryCopy copy() {
        return copy;
    }

    void copy(QueryCopy written) {
        copy = written;
    }

    /** Somebody follows it on another node, which says so again and again. */
    void followedFrom(String node) {
        remote.add(node, environment.ticker().read());
        notAbandoned();
    }

    /** Nobody follows it on another node any more. */
    void leftFrom(String node) {
        if (remote.remove(node)) {
            leftAlone();
        }
    }

    /** Forgets nodes that have not said for so long that somebody follows it there. */
    void forgetFollowers(Duration silence) {
        if (remote.forget(environment.ticker().read() - silence.toNanos())) {
            leftAlone();
        }
    }

    /** Other nodes have taken this one for lost, and have ended the query; here it ends likewise, unless it has ended. */
    void lost() {
        end(Ending.nodeLost());
    }

    @Override
    public Optional<String> channel() {
        return request.channel();
    }

    @Override
    public boolean isCall() {
        return request.tool().isPresent();
    }

    @Override
    public boolean asksTheSame(QueryRequest other) {
        return request.asksTheSame(other);
    }

    @Override
    public boolean isFor(String subject) {
        return request.isFor(subject);
    }

    @Override
    public QueryId id() {
        return request.id();
    }

    @Override
    public Instant acceptedAt() {
        return accepted;
    }

    @Override
    public String state() {
        QueryStatus how = status();
        if (how != null) {
            return how.word();
        }
        return isWaiting() ? "waiting" : "running";
    }

    QueryRequest request() {
        return request;
    }

    @Override
    public PositionedStream<QueryEvent> stream() {
        return stream;
    }

    FlowControl flow() {
        return flow;
    }

    @Override
    public long lastSeq() {
        // The end first: once it is decided, what ends the query may be in the stream too.
        long end = stream.end();
        return isDecided() ? stream.seal() : end;
    }

    boolean isDecided() {
        return ending.get() != null;
    }

    @Override
    public boolean isConcluded() {
        return concluded;
    }

    /** How the query ended; null while it has not. */
    QueryStatus status() {
        Ending decided = ending.get();
        return decided == null ? null : decided.status();
    }
}
