package io.synapse.query;

import io.synapse.budget.Budgets;
import io.synapse.connection.Connection;
import io.synapse.conversation.ConversationKey;
import io.synapse.engine.QueryEngine;
import io.synapse.platform.Counter;
import io.synapse.protocol.ServerMessage;
import io.synapse.query.InterruptManager.Signal;
import io.synapse.query.QueryDirectory.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Asks, follows and stops queries. Safe for use by many threads; nothing here waits.
 *
 * <p><b>Identity.</b> A query is known by agent and ref. Asking the same again attaches to the one that runs or has
 * ended, so a client that repeats itself after a lost connection runs the engine once; asking something else under the
 * same ref is refused.
 */
public final class QueryService {

    /** What came of asking. */
    public enum Submission {
        /** The query is new and was accepted. */
        STARTED,
        /** The query is one that runs or has ended. */
        ATTACHED,
        /** Another question has the same ref. */
        REF_IN_USE,
        /** All places are taken. */
        OVERLOADED,
        /** Another query of the same conversation is before it, and it was not to wait, or too many do. */
        CONVERSATION_BUSY,
        /** All places that one tenant may have are taken. */
        TENANT_OVERLOADED,
        /** Nothing is left of the subject's budget in this window. */
        BUDGET_EXHAUSTED,
        /** It runs on another node, and cannot be had from there now. */
        UNREACHABLE,
        /** The application is stopping. */
        STOPPING
    }

    /**
     * How much there is of what.
     *
     * @param running queries whose engine works
     * @param waiting queries that wait for a place
     * @param kept queries that have ended and are remembered
     * @param keptBytes their memory
     * @param goingOn engines that go on after the end of their query, and the bound on that
     */
    public record Status(int running, int waiting, int kept, long keptBytes, int goingOn) {}

    private static final String STOPPING_REASON = "server stopping";
    private static final int LOCKS = 64;

    private final QueryEngine engine;
    private final QueryEnvironment environment;
    private final InterruptManager interrupts;
    private final QueryScheduler scheduler;
    private final Admissions admissions;
    private final QueuePositions positions;
    private final QueryStore store;
    private final ConversationGate gate;
    private final Replays replays;
    /** What is shared with other nodes; null on a node alone. */
    private final SharedQueries shared;

    private final Lock[] locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(Lock[]::new);

    private volatile boolean stopping;
    private volatile boolean refusing;

    /**
     * A service with nothing running, on a node alone.
     *
     * @param engine what answers
     * @param environment what all queries share
     * @param interrupts where queries are made interruptible
     * @param executor gives the threads that engines run on; must be able to run {@code max-concurrent} at a time
     * @param gate lets the queries of a conversation go on one after the other
     */
    public QueryService(
            QueryEngine engine,
            QueryEnvironment environment,
            InterruptManager interrupts,
            Executor executor,
            ConversationGate gate) {
        this(engine, environment, interrupts, executor, gate, Optional.empty());
    }

    /**
     * A service with nothing running.
     *
     * @param engine what answers
     * @param environment what all queries share
     * @param interrupts where queries are made interruptible
     * @param executor gives the threads that engines run on; must be able to run {@code max-concurrent} at a time
     * @param gate lets the queries of a conversation go on one after the other
     * @param sharing what is needed to share queries with other nodes; empty on a node alone
     */
    public QueryService(
            QueryEngine engine,
            QueryEnvironment environment,
            InterruptManager interrupts,
            Executor executor,
            ConversationGate gate,
            Optional<Sharing> sharing) {
        this.engine = engine;
        this.environment = environment;
        this.interrupts = interrupts;
        this.gate = gate;
        scheduler = new QueryScheduler(environment.config(), environment.ticker(), executor);
        admissions = new Admissions(scheduler, environment);
        positions = new QueuePositions(scheduler, environment);
        store = new QueryStore(environment.config(), environment.ticker(), environment.timers(), this::forgotten);
        replays = new Replays(environment, store::find);
        shared = sharing.map(with -> new SharedQueries(with, environment, store, interrupts))
                .orElse(null);
        if (shared != null) {
            shared.start();
        }
    }

    private void forgotten(FollowedQuery query) {
        interrupts.unregister(query);
        if (shared != null) {
            shared.forgotten(query);
        }
    }

    /**
     * Queries that are shown again.
     *
     * @return the same at every call
     */
    public Replays replays() {
        return replays;
    }

    /**
     * Asks.
     *
     * @param request what is asked
     * @param accepted called before the query runs, or not at all if it is refused: true if it is new. The place to
     *     reply and to follow, so that the reply comes before the first thought
     * @return what came of it
     */
    public Submission submit(QueryRequest request, Consumer<Boolean> accepted) {
        return submit(request, engine, accepted);
    }

    /**
     * Asks another than the usual engine.
     *
     * @param request what is asked
     * @param answering what answers, if the query is new
     * @param accepted as above
     * @return what came of it
     */
    public Submission submit(QueryRequest request, QueryEngine answering, Consumer<Boolean> accepted) {
        FollowedQuery existing = store.find(request.id());
        if (existing != null) {
            return attach(existing, request, accepted);
        }
        Entry entry;
        Lock asking = locks[Math.floorMod(request.id().hashCode(), locks.length)];
        // Whoever asks the same at the same time attaches, and does not take one more place until then.
        asking.lock();
        try {
            existing = store.find(request.id());
            Admissions.Outcome outcome = existing == null ? admit(request) : null;
            if (outcome != null && outcome.refused() != null) {
                return refused(outcome.refused());
            }
            entry = outcome == null ? null : enter(request, answering, outcome.grant());
        } finally {
            asking.unlock();
        }
        return entry == null ? attach(existing, request, accepted) : begin(entry, request, false, accepted);
    }

    /**
     * Asks the usual engine, or attaches to the query on whatever node it runs.
     *
     * @param request what is asked
     * @param accepted as above
     * @param told what came of it: on this stack, unless other nodes have to be asked
     */
    public void ask(QueryRequest request, Consumer<Boolean> accepted, Consumer<Submission> told) {
        ask(request, engine, accepted, told);
    }

    /**
     * Asks another than the usual engine, or attaches to the query on whatever node it runs.
     *
     * @param request what is asked
     * @param answering what answers, if the query is new
     * @param accepted as above
     * @param told what came of it: on this stack, unless other nodes have to be asked
     */
    public void ask(
            QueryRequest request, QueryEngine answering, Consumer<Boolean> accepted, Consumer<Submission> told) {
        if (shared == null || shared.isHere(request.id())) {
            told.accept(submit(request, answering, accepted));
        } else if (!shared.enter(request.id(), () -> askAll(request, answering, accepted, told))) {
            told.accept(refused(Submission.OVERLOADED));
        }
    }

    /** Asks what is not known here: on this node if it has room for it, and no other runs it. */
    private CompletionStage<Void> askAll(
            QueryRequest request, QueryEngine answering, Consumer<Boolean> accepted, Consumer<Submission> told) {
        if (store.find(request.id()) != null) {
            told.accept(submit(request, answering, accepted));
            return CompletableFuture.completedFuture(null);
        }
        Admissions.Outcome here = admit(request);
        return shared.directory()
                .claim(request.id(), QueryFacts.of(request, environment.clock().instant()), here.grant() != null)
                .exceptionally(away -> Claim.UNKNOWN)
                .thenCompose(claim -> {
                    if (here.grant() != null && (claim == Claim.MINE || claim == Claim.UNKNOWN)) {
                        told.accept(
                                begin(enter(request, answering, here.grant()), request, claim == Claim.MINE, accepted));
                        return CompletableFuture.completedFuture(null);
                    }
                    if (here.grant() != null) {
                        here.grant().giveBack();
                    }
                    if (claim != Claim.KNOWN) {
                        told.accept(refused(claim == Claim.OTHER_QUESTION ? Submission.REF_IN_USE : here.refused()));
                        return CompletableFuture.completedFuture(null);
                    }
                    return shared.bringIn(request.id())
                            .thenAccept(reached -> told.accept(
                                    reached == Reached.HERE
                                            ? submit(request, answering, accepted)
                                            : refused(Submission.UNREACHABLE)));
                });
    }

    private Admissions.Outcome admit(QueryRequest request) {
        return !isAccepting()
                ? new Admissions.Outcome(null, Submission.STOPPING)
                : admissions.admit(request.payer(), request.tool().isEmpty());
    }

    /**
     * What came of giving a query its place among all.
     *
     * @param query new
     * @param admission its way
     * @param present the one that has its id now; null if there is none
     */
    private record Entry(RunningQuery query, Admission admission, FollowedQuery present) {}

    private Entry enter(QueryRequest request, QueryEngine answering, Admissions.Grant grant) {
        Admission admission = admission(grant);
        RunningQuery query = new RunningQuery(request, answering, environment, admission);
        return new Entry(query, admission, store.addIfAbsent(query, gate::enter));
    }

    private Submission begin(Entry entry, QueryRequest request, boolean claimed, Consumer<Boolean> accepted) {
        if (entry.present() == entry.query()) {
            start(entry.query(), entry.admission(), claimed, accepted);
            return Submission.STARTED;
        }
        entry.admission().giveBack();
        if (entry.present() != null) {
            return attach(entry.present(), request, accepted);
        }
        if (claimed) {
            shared.directory().forget(request.id());
        }
        return refused(Submission.CONVERSATION_BUSY);
    }

    private Submission attach(FollowedQuery existing, QueryRequest request, Consumer<Boolean> accepted) {
        if (!existing.asksTheSame(request)) {
            return refused(Submission.REF_IN_USE);
        }
        environment.counters().increment(Counter.QUERIES_ATTACHED);
        accepted.accept(false);
        return Submission.ATTACHED;
    }

    /**
     * Looks for a query on all nodes.
     *
     * @param id which
     * @param then told when it is known here, or known to be nowhere: on this stack if nobody else has to be asked. What is
     *     said of the same query later is done later
     */
    public void reach(QueryId id, Consumer<Reached> then) {
        if (shared == null) {
            then.accept(store.find(id) == null ? Reached.UNKNOWN : Reached.HERE);
        } else {
            shared.reach(id, then);
        }
    }

    /**
     * Keeps a place for a query that is about to be asked, so that it cannot be refused any more.
     *
     * @param payer who pays for it
     * @return the place, which is used or given back; empty if all are taken, or the application is stopping
     */
    public Optional<Place> reserve(Payer payer) {
        Admissions.Grant grant =
                !isAccepting() ? null : admissions.admit(payer, true).grant();
        if (grant == null) {
            environment.counters().increment(Counter.QUERIES_REFUSED);
            return Optional.empty();
        }
        return Optional.of(new Place(grant));
    }

    /**
     * When it makes sense to ask again for one who was refused.
     *
     * @param tenant who asked
     * @return 100 ms to a minute: when a query that waited behind all others would have its turn, at the pace of late
     */
    public Duration retryAfter(String tenant) {
        return scheduler.retryAfter(tenant);
    }

    /**
     * When it makes sense to ask again for one whose conversation was busy.
     *
     * @return 100 ms to a minute: how long a query takes, of late
     */
    public Duration retryAfter() {
        return scheduler.serviceTime();
    }

    /**
     * The query of a conversation that runs, or is next.
     *
     * @param key which conversation
     * @return its ref; empty if there is none that has not ended
     */
    public Optional<String> runningOf(ConversationKey key) {
        return gate.running(key);
    }

    /** A place for one query. */
    public final class Place {
        private final Admissions.Grant grant;
        private final AtomicBoolean used = new AtomicBoolean();

        private Place(Admissions.Grant grant) {
            this.grant = grant;
        }

        /**
         * Asks something new. Does nothing if the place was used or given back.
         *
         * @param request what is asked, by the one whose place it is, under an id that no other query has
         * @param accepted called before the query runs: the place to reply and to follow
         */
        public void ask(QueryRequest request, Runnable accepted) {
            if (!used.compareAndSet(false, true)) {
                return;
            }
            Admission admission = admission(grant);
            RunningQuery query = new RunningQuery(request, engine, environment, admission);
            if (store.addIfAbsent(query, gate::enter) != query) {
                admission.giveBack();
                throw new IllegalArgumentException("there is a query with this id");
            }
            start(query, admission, false, isNew -> accepted.run());
        }

        /** Gives the place back, if it was not used. */
        public void giveBack() {
            if (used.compareAndSet(false, true)) {
                grant.giveBack();
            }
        }
    }

    private Admission admission(Admissions.Grant grant) {
        return new Admission(grant, store, gate, positions, environment);
    }

    private void start(RunningQuery query, Admission admission, boolean claimed, Consumer<Boolean> accepted) {
        environment.counters().increment(Counter.QUERIES_STARTED);
        interrupts.register(query);
        query.accepted();
        if (shared != null) {
            shared.write(query, claimed);
        }
        try {
            accepted.accept(true);
            query.warn(admission.warnings());
        } finally {
            // Also when the one who asked is gone already: accepted is accepted.
            admission.begin(query);
            if (stopping) {
                query.interrupt(STOPPING_REASON, outcome -> {});
            }
        }
    }

    private Submission refused(Submission why) {
        environment.counters().increment(Counter.QUERIES_REFUSED);
        return why;
    }

    /**
     * Follows a query from a position.
     *
     * @param id which
     * @param connection who follows
     * @param format how the thoughts are written for it
     * @param afterSeq the seq of the last thought it has, 0 for none
     * @return the following, or empty if there is no such query
     */
    public Optional<QueryViewer> follow(QueryId id, Connection connection, QueryViewer.Format format, long afterSeq) {
        return follow(id, connection, format, new QueryViewer.Start(afterSeq, false));
    }

    /**
     * Follows a query.
     *
     * @param id which
     * @param connection who follows
     * @param format how the thoughts are written for it
     * @param start from where, and how it begins
     * @return the following, or empty if there is no such query
     */
    public Optional<QueryViewer> follow(
            QueryId id, Connection connection, QueryViewer.Format format, QueryViewer.Start start) {
        FollowedQuery query = store.find(id);
        if (query == null) {
            return Optional.empty();
        }
        QueryViewer viewer = new QueryViewer(
                connection, query, format, start, gone -> gone.query().remove(gone));
        if (!query.add(viewer)) {
            return Optional.empty();
        }
        viewer.attach();
        if (query instanceof RunningQuery running && running.isWaiting()) {
            positions.newcomer();
            running.request().conversation().ifPresent(conversation -> gate.tellPositions(conversation.key()));
        }
        return Optional.of(viewer);
    }

    /**
     * Stops a query.
     *
     * @param id which
     * @param reason why, for everyone who follows it
     * @param acknowledge told how it went, before anything else comes on the query's stream
     * @return what came of it
     */
    public Signal interrupt(QueryId id, String reason, Consumer<StopOutcome> acknowledge) {
        return interrupts.signal(id, reason, acknowledge);
    }

    /**
     * Stops a query, on whatever node it runs.
     *
     * @param id which; it is known here
     * @param reason why, for everyone who follows it
     * @param acknowledge told how it went, before anything else comes on the query's stream here
     * @param told what came of it, before that: on this stack, unless another node runs the query
     */
    public void stop(QueryId id, String reason, Consumer<StopOutcome> acknowledge, Consumer<Signal> told) {
        if (store.find(id) instanceof MirroredQuery elsewhere) {
            shared.interrupt(elsewhere, reason, acknowledge, told);
        } else {
            told.accept(interrupts.signal(id, reason, acknowledge));
        }
    }

    /**
     * Says something to one who follows, in its place in the stream.
     *
     * @param viewer who follows
     * @param message comes after everything that is in the stream now, and before whatever comes later
     */
    public void say(QueryViewer viewer, ServerMessage message) {
        viewer.aside(message);
    }

    /**
     * Whether a query is known here: it runs, or it has ended and is remembered.
     *
     * @param id which
     * @return whether it is
     */
    public boolean exists(QueryId id) {
        return store.find(id) != null;
    }

    /**
     * Whether a query is known here, and somebody may know of it.
     *
     * @param subject who wants to follow it, or to stop it
     * @param id which
     * @return false if it is not known, or is of somebody else's conversation
     */
    public boolean isKnownTo(String subject, QueryId id) {
        FollowedQuery query = store.find(id);
        return query != null && query.isFor(subject);
    }

    /**
     * How a query is at one moment.
     *
     * @param status {@code waiting}, {@code running}, or how it has ended
     * @param lastSeq the seq of its last thought
     * @param acceptedAt when it was accepted
     */
    public record Description(String status, long lastSeq, Instant acceptedAt) {}

    /**
     * How a query is, for somebody who may know of it.
     *
     * @param subject who wants to know
     * @param id which
     * @return empty if it is not known, or is of somebody else's conversation
     */
    public Optional<Description> describe(String subject, QueryId id) {
        FollowedQuery query = store.find(id);
        return query == null || !query.isFor(subject)
                ? Optional.empty()
                : Optional.of(new Description(query.state(), query.lastSeq(), query.acceptedAt()));
    }

    /**
     * The seq of the last thought of a query.
     *
     * @param id which
     * @return 0 if it has none, or if there is no such query
     */
    public long lastSeq(QueryId id) {
        FollowedQuery query = store.find(id);
        return query == null ? 0 : query.lastSeq();
    }

    /**
     * Where a query goes on for one who has its thoughts up to one.
     *
     * @param id which
     * @param afterSeq the seq of the last thought it has
     * @return the same, or the last thought there is if that comes before; 0 if there is no such query
     */
    public long start(QueryId id, long afterSeq) {
        FollowedQuery query = store.find(id);
        return query == null ? 0 : query.start(afterSeq);
    }

    /**
     * How much there is of what.
     *
     * @return figures of one moment
     */
    public Status status() {
        return new Status(
                scheduler.running(),
                scheduler.waiting(),
                store.keptCount(),
                store.keptBytes(),
                environment.runaways().count());
    }

    /**
     * What a subject has used of its budget.
     *
     * @param subject who
     * @return figures of one moment
     */
    public Budgets.Usage budget(String subject) {
        return environment.budgets().usage(subject);
    }

    /**
     * Of how many subjects it is known what they have used of their budgets.
     *
     * @return 0 or more
     */
    public int budgets() {
        return environment.budgets().subjects();
    }

    /**
     * The engines that go on after the end of their query, and the bound on that.
     *
     * @param limit how many at most
     * @return those first that go on longest
     */
    public List<Runaways.Runaway> runaways(int limit) {
        return environment.runaways().list(environment.ticker(), limit);
    }

    /**
     * How many queries wait, by the priority that counts now: it rises while they wait.
     *
     * @return ten figures of one moment; the first is for priority 0
     */
    public List<Integer> waitingByPriority() {
        return scheduler.waitingByPriority();
    }

    /**
     * How many tenants have queries that run or wait.
     *
     * @return 0 or more
     */
    public int tenants() {
        return scheduler.tenants();
    }

    /**
     * Whether new queries are accepted.
     *
     * @return false while they are refused, and once the application is stopping
     */
    public boolean isAccepting() {
        return !stopping && !refusing;
    }

    /**
     * Whether this is the end.
     *
     * @return true once the application is stopping
     */
    public boolean isStopping() {
        return stopping;
    }

    /**
     * Refuses new queries, as if the application were stopping, or accepts them again. Those that were accepted go on, and
     * may be asked again and followed.
     *
     * @param refuse whether to
     */
    public void refuse(boolean refuse) {
        refusing = refuse;
    }

    /** Accepts no more queries and stops those that run; waits a moment until other nodes can know of it, if there are others. */
    public void stop() {
        stopping = true;
        stopRunning();
        if (shared != null) {
            shared.stop();
        }
    }

    /** Stops the queries of this node that run or wait, as at the end of the application. */
    public void stopRunning() {
        for (FollowedQuery query : store.all()) {
            if (query instanceof RunningQuery own) {
                own.interrupt(STOPPING_REASON, outcome -> {});
            }
        }
    }
}
