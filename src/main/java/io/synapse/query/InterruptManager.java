package io.synapse.query;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Who can be interrupted, by identity: whoever knows the agent and the ref of a query stops it, on whatever connection it
 * was asked. Safe for use by many threads. It holds a query from its acceptance until it is forgotten.
 */
public final class InterruptManager {

    /** What came of a signal. */
    public enum Signal {
        /** The query stops, or was stopped by an interrupt before; the acknowledgement tells how that went. */
        SIGNALLED,
        /** The query had ended, or was ending, otherwise. */
        ALREADY_FINISHED,
        /** There is no such query. */
        NOT_FOUND,
        /** The node that runs the query did not answer: the query may stop, or not. */
        UNREACHABLE
    }

    private final Map<QueryId, RunningQuery> registered = new ConcurrentHashMap<>();

    /**
     * Makes a query interruptible.
     *
     * @param query accepted
     */
    void register(RunningQuery query) {
        registered.put(query.id(), query);
    }

    /**
     * Forgets a query.
     *
     * @param query any
     */
    void unregister(FollowedQuery query) {
        registered.remove(query.id(), query);
    }

    /**
     * Stops a query.
     *
     * @param id which
     * @param reason why, for everyone who follows it
     * @param acknowledge told how it went once that is known, unless the answer is not {@link Signal#SIGNALLED}
     * @return what came of it
     */
    public Signal signal(QueryId id, String reason, Consumer<StopOutcome> acknowledge) {
        RunningQuery query = registered.get(id);
        if (query == null) {
            return Signal.NOT_FOUND;
        }
        return query.interrupt(reason, acknowledge) ? Signal.SIGNALLED : Signal.ALREADY_FINISHED;
    }

    /**
     * Whether a query was interrupted.
     *
     * @param id which
     * @return false also if there is no such query
     */
    public boolean check(QueryId id) {
        RunningQuery query = registered.get(id);
        return query != null && query.status() == QueryStatus.INTERRUPTED;
    }

    /**
     * How many queries are registered.
     *
     * @return 0 or more
     */
    public int count() {
        return registered.size();
    }
}
