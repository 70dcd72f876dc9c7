package io.synapse.query;

import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.query.InterruptManager.Signal;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Queries that are shared with other nodes: those of this node are written for all, those of others are brought in, an interrupt
 * reaches whichever node runs the query, and the queries of a node that is lost are ended. Safe for use by many threads; nothing
 * waits.
 */
final class SharedQueries implements Nodes.Watcher {

    private static final System.Logger LOGGER = System.getLogger(SharedQueries.class.getName());
    private static final String INTERRUPT = "query-interrupt";
    private static final String STOPPED = "stopped";
    private static final String FINISHED = "finished";
    private static final String UNKNOWN = "unknown";
    /** What could not be written is tried again so often, and so many at a time. */
    private static final Duration RETRY = Duration.ofMillis(200);

    private static final int RETRIED = 200;

    private final Sharing sharing;
    private final QueryEnvironment environment;
    private final QueryStore store;
    private final InterruptManager interrupts;
    private final Mirrors mirrors;
    private final Entrances entrances = new Entrances();
    private final Set<String> ending = ConcurrentHashMap.newKeySet();

    /** What is to be tried again with each. Guarded by itself, as the flag is. */
    private final Map<QueryCopy, Runnable> retries = new LinkedHashMap<>();

    private boolean retrying;

    SharedQueries(Sharing sharing, QueryEnvironment environment, QueryStore store, InterruptManager interrupts) {
        this.sharing = sharing;
        this.environment = environment;
        this.store = store;
        this.interrupts = interrupts;
        mirrors = new Mirrors(sharing, environment, store);
    }

    /** Begins to take part. */
    void start() {
        Post post = sharing.post();
        post.on(INTERRUPT, (from, body) -> interrupted(body));
        post.on(Mirrors.FOLLOW, (from, body) -> {
            if (store.find(Mirrors.id(Netstrings.split(body))) instanceof RunningQuery query) {
                query.followedFrom(from);
            }
            return Post.Handler.NOTHING;
        });
        post.on(Mirrors.LEAVE, (from, body) -> {
            if (store.find(Mirrors.id(Netstrings.split(body))) instanceof RunningQuery query) {
                query.leftFrom(from);
            }
            return Post.Handler.NOTHING;
        });
        sharing.nodes().watch(this);
    }

    QueryDirectory directory() {
        return sharing.directory();
    }

    /** A query runs here: writes it for the others. */
    void write(RunningQuery query, boolean claimed) {
        QueryFacts facts = QueryFacts.of(query.request(), query.acceptedAt());
        QueryCopy copy = new QueryCopy(query, facts, claimed, sharing.directory(), stuck -> retry(stuck, stuck::again));
        query.copy(copy);
        copy.begin();
    }

    /** A query is forgotten here. */
    void forgotten(FollowedQuery query) {
        if (query instanceof RunningQuery own) {
            QueryCopy copy = own.copy();
            if (copy != null && copy.isOwner()) {
                sharing.directory().forget(own.id());
            }
        }
    }

    /**
     * Does something about a query when it is known here, if it is known anywhere: at once if nothing has to be looked up, and
     * otherwise after everything else that was to be done about it before.
     */
    void reach(QueryId id, Consumer<Reached> then) {
        if (!entrances.isBusy(id) && mirrors.isHere(id)) {
            then.accept(Reached.HERE);
            return;
        }
        boolean entered =
                entrances.enter(id, () -> mirrors.bringIn(id).thenAccept(reached -> carefully(then, reached)));
        if (!entered) {
            then.accept(Reached.UNREACHABLE);
        }
    }

    /** Whether all that is known of a query is known here, so that what is asked of it can be answered at once. */
    boolean isHere(QueryId id) {
        return !entrances.isBusy(id) && mirrors.isHere(id);
    }

    /** Does something about a query after everything else that was to be done about it; false if too much is. */
    boolean enter(QueryId id, Supplier<CompletionStage<Void>> task) {
        return entrances.enter(id, task);
    }

    CompletionStage<Reached> bringIn(QueryId id) {
        return mirrors.bringIn(id);
    }

    private static <T> void carefully(Consumer<T> consumer, T value) {
        try {
            consumer.accept(value);
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "something about a query failed", e);
        }
    }

    /** Stops a query of another node. */
    void interrupt(MirroredQuery query, String reason, Consumer<StopOutcome> acknowledge, Consumer<Signal> told) {
        if (query.isConcluded() && query.status() != QueryStatus.INTERRUPTED) {
            told.accept(Signal.ALREADY_FINISHED);
            return;
        }
        query.interrupting();
        Duration patience = sharing.patience().plus(environment.config().stopTimeout());
        String body = Mirrors.name(query.id()) + Netstrings.join(List.of(reason));
        sharing.post().ask(query.owner(), INTERRUPT, body, patience).whenComplete((answer, failure) -> {
            if (failure != null) {
                // One that was interrupted, and whose node is gone, is as one that has ended.
                Signal signal = query.isConcluded() ? Signal.ALREADY_FINISHED : Signal.UNREACHABLE;
                query.interrupted(0, () -> carefully(told, signal));
                return;
            }
            List<String> parts = Netstrings.split(answer);
            if (!parts.get(0).equals(STOPPED)) {
                Signal signal = parts.get(0).equals(FINISHED) ? Signal.ALREADY_FINISHED : Signal.NOT_FOUND;
                query.interrupted(0, () -> carefully(told, signal));
                return;
            }
            StopOutcome outcome = new StopOutcome(
                    Boolean.parseBoolean(parts.get(1)), Long.parseLong(parts.get(2)), Long.parseLong(parts.get(3)));
            query.interrupted(outcome.lastSeq(), () -> {
                carefully(told, Signal.SIGNALLED);
                carefully(acknowledge, outcome);
            });
            environment
                    .timers()
                    .after(sharing.patience(), () -> environment.callbacks().execute(query::hurry));
        });
    }

    private CompletionStage<String> interrupted(String body) {
        List<String> parts = Netstrings.split(body);
        CompletableFuture<String> answer = new CompletableFuture<>();
        Signal signal = interrupts.signal(
                Mirrors.id(parts),
                parts.get(3),
                outcome -> answer.complete(Netstrings.join(List.of(
                        STOPPED,
                        Boolean.toString(outcome.stopped()),
                        Long.toString(outcome.afterMillis()),
                        Long.toString(outcome.lastSeq())))));
        return switch (signal) {
            case SIGNALLED -> answer;
            case ALREADY_FINISHED -> CompletableFuture.completedFuture(Netstrings.join(List.of(FINISHED)));
            case NOT_FOUND, UNREACHABLE -> CompletableFuture.completedFuture(Netstrings.join(List.of(UNKNOWN)));
        };
    }

    private void retry(QueryCopy copy, Runnable again) {
        synchronized (retries) {
            retries.put(copy, again);
            if (retrying) {
                return;
            }
            retrying = true;
        }
        retryLater();
    }

    private void retryLater() {
        environment.timers().after(RETRY, () -> environment.callbacks().execute(this::retryNow));
    }

    // A few at a time, so that what comes back is not overrun.
    private void retryNow() {
        List<Runnable> some = new ArrayList<>();
        synchronized (retries) {
            Iterator<Runnable> all = retries.values().iterator();
            while (all.hasNext() && some.size() < RETRIED) {
                some.add(all.next());
                all.remove();
            }
            retrying = !some.isEmpty();
        }
        some.forEach(again -> carefully(Runnable::run, again));
        if (!some.isEmpty()) {
            retryLater();
        }
    }

    @Override
    public void lost(String node) {
        if (!mirrors.isSure() || !ending.add(node)) {
            return;
        }
        sharing.directory().endAllOf(node).whenComplete((count, failure) -> {
            ending.remove(node);
            if (failure == null && count > 0) {
                LOGGER.log(Level.WARNING, "node {0} is lost, and {1} queries that it ran have ended", node, count);
            }
        });
    }

    @Override
    public void lapsed() {
        check();
    }

    @Override
    public void back() {
        mirrors.reached();
        check();
    }

    // Others may have ended what runs here, or what was shared may be gone.
    private void check() {
        for (FollowedQuery query : store.all()) {
            if (query instanceof RunningQuery own && own.copy() != null) {
                QueryCopy copy = own.copy();
                if (own.isConcluded()) {
                    retry(copy, copy::check);
                } else {
                    copy.check();
                }
            }
        }
    }

    @Override
    public void renewed() {
        mirrors.sweep();
        for (FollowedQuery query : store.all()) {
            if (query instanceof RunningQuery own && !own.isDecided()) {
                own.forgetFollowers(sharing.lease());
            }
        }
    }

    /** Waits a moment until everything that has ended here is written; what is not by then has no result for other nodes. */
    void stop() {
        List<CompletableFuture<Void>> open = new ArrayList<>();
        for (FollowedQuery query : store.all()) {
            if (query instanceof RunningQuery own && own.copy() != null) {
                open.add(own.copy().finished());
            }
        }
        try {
            CompletableFuture.allOf(open.toArray(CompletableFuture[]::new))
                    .get(sharing.patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOGGER.log(Level.WARNING, "not all results were written for other nodes before the end");
        } catch (ExecutionException e) {
            throw new IllegalStateException("writing never fails so", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How many queries of other nodes are followed. */
    int mirrored() {
        return mirrors.count();
    }
}
