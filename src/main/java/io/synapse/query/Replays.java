package io.synapse.query;

import io.synapse.connection.Connection;
import io.synapse.platform.Counter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The replays of this node: a bounded number of each connection and of all. They ask no engine and no budget. Safe for use
 * by many threads; of one connection, one thread at a time begins replays.
 */
public final class Replays {

    /** What came of asking for one. */
    public enum Decision {
        /** There is one, which has yet to be played. */
        READY,
        /** There is no such query. */
        NOT_FOUND,
        /** The query has not ended. */
        STILL_RUNNING,
        /** The connection has as many as it may. */
        TOO_MANY,
        /** All connections together have. */
        OVERLOADED
    }

    /**
     * What came of asking for one.
     *
     * @param decision what
     * @param replay to be played or stopped; null unless it is ready
     */
    public record Outcome(Decision decision, QueryReplay replay) {}

    private final QueryEnvironment environment;
    private final Function<QueryId, FollowedQuery> queries;
    private final AtomicInteger running = new AtomicInteger();

    Replays(QueryEnvironment environment, Function<QueryId, FollowedQuery> queries) {
        this.environment = environment;
        this.queries = queries;
    }

    /**
     * Prepares to show a query again.
     *
     * @param id which
     * @param subject who wants it: a query of somebody else's conversation is not found
     * @param connection to whom
     * @param format how its thoughts are written
     * @param speed how many times as fast as it was; 0 for as fast as can be
     * @return what came of it
     */
    public Outcome prepare(QueryId id, String subject, Connection connection, QueryViewer.Format format, double speed) {
        FollowedQuery query = queries.apply(id);
        if (query == null || !query.isFor(subject)) {
            return new Outcome(Decision.NOT_FOUND, null);
        }
        if (!query.isConcluded()) {
            return new Outcome(Decision.STILL_RUNNING, null);
        }
        long own = connection.sources().stream()
                .filter(QueryReplay.class::isInstance)
                .count();
        if (own >= environment.replay().perConnection()) {
            return new Outcome(Decision.TOO_MANY, null);
        }
        if (running.incrementAndGet() > environment.replay().max()) {
            running.decrementAndGet();
            return new Outcome(Decision.OVERLOADED, null);
        }
        environment.counters().increment(Counter.REPLAYS_STARTED);
        AtomicBoolean over = new AtomicBoolean();
        Runnable ended = () -> {
            if (over.compareAndSet(false, true)) {
                running.decrementAndGet();
            }
        };
        return new Outcome(
                Decision.READY,
                new QueryReplay(environment.ids().next(), connection, query, format, speed, environment, ended));
    }

    /**
     * How many there are.
     *
     * @return 0 or more
     */
    public int running() {
        return running.get();
    }
}
