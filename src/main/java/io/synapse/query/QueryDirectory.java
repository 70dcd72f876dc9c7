package io.synapse.query;

import io.synapse.stream.PositionedStream.Following;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What all nodes know of queries: which node runs which, and what there is of each stream. A query is one node's, which runs it
 * and writes; all others read. Ended queries are kept for a time. Safe for use by many threads; nothing waits, and every stage
 * fails if what is shared cannot be reached. {@code QueryDirectoryContract} in the tests says what it must do.
 */
public interface QueryDirectory {

    /** What came of claiming a query. */
    enum Claim {
        /** This node runs it, and no other does. */
        MINE,
        /** The same was asked on another node, or on this one and has ended. */
        KNOWN,
        /** Something else was asked under the same id. */
        OTHER_QUESTION,
        /** Nobody has asked it, and it was not claimed. */
        UNKNOWN
    }

    /** What came of writing. */
    enum Outcome {
        /** It is written. */
        WRITTEN,
        /** There is no such query: it was not claimed yet, or what was shared is lost. */
        UNKNOWN,
        /** Another node has it. */
        NOT_MINE,
        /** It has ended. If this node has not written so, others have taken it for lost. */
        ENDED
    }

    /**
     * What came of writing.
     *
     * @param outcome what
     * @param end the offset of the last entry that is there, if it was written; what comes after it has to be written again
     */
    record Written(Outcome outcome, long end) {}

    /**
     * What there is of a query.
     *
     * @param owner the node that runs it, or ran it
     * @param facts what else has to be known
     * @param events some of the stream, in order, from the offset that was asked for
     * @param end the offset of the last entry there is
     * @param hasEnded whether that is its result
     */
    record Shared(String owner, QueryFacts facts, List<QueryEvent> events, long end, boolean hasEnded) {

        /** Copies the list. */
        public Shared {
            events = List.copyOf(events);
        }
    }

    /** Told of a query that another node runs; one call at a time, in order, on a managed thread. */
    interface Reader {

        /**
         * Something was written.
         *
         * @param owner the node whose query it is
         * @param first the offset of the first entry; 0 if the query was forgotten before it had ended
         * @param events in order
         */
        void news(String owner, long first, List<QueryEvent> events);

        /** Something may have been missed, and has to be fetched: said once at the beginning, too. */
        void look();
    }

    /**
     * Claims a query, so that one node runs it. Whoever claims twice what has not ended has it.
     *
     * @param id which
     * @param facts what is asked
     * @param mayRun whether this node can run it; if not, it is only looked up
     * @return what came of it
     */
    CompletionStage<Claim> claim(QueryId id, QueryFacts facts, boolean mayRun);

    /**
     * Writes a part of the stream of a query that this node has. What is there already is left as it is.
     *
     * @param id which
     * @param first the offset of the first entry
     * @param events in order; with none of them it is only looked what there is. After a result nothing can be written
     * @return what came of it
     */
    CompletionStage<Written> append(QueryId id, long first, List<QueryEvent> events);

    /**
     * Reads what there is of a query, or a part of it.
     *
     * @param id which
     * @param after the offset of the last entry that the reader has
     * @return empty if there is no such query
     */
    CompletionStage<Optional<Shared>> fetch(QueryId id, long after);

    /**
     * Follows what is written from now on. One reader of a query on each node at a time.
     *
     * @param id which
     * @param reader told
     * @return ends it
     */
    Following follow(QueryId id, Reader reader);

    /**
     * Forgets a query of this node. Best effort: what cannot be forgotten now goes when its time has come.
     *
     * @param id which
     */
    void forget(QueryId id);

    /**
     * Ends all queries of a node that is lost, each once, whoever else does the same.
     *
     * @param node which
     * @return how many were ended by this call
     */
    CompletionStage<Integer> endAllOf(String node);

    /**
     * Ends a query if the node that has it is lost or has left.
     *
     * @param id which
     * @param owner the node
     * @return whether it has ended, by this or otherwise
     */
    CompletionStage<Boolean> endIfLost(QueryId id, String owner);
}
