package io.synapse.query;

import io.synapse.stream.PositionedStream;
import java.time.Instant;
import java.util.Optional;

/**
 * A query as those see it who follow it: one that runs or ran here, or what is known here of one of another node. Safe for
 * use by many threads.
 */
sealed interface FollowedQuery permits RunningQuery, MirroredQuery {

    /** Which query this is. */
    QueryId id();

    /** The channel it was asked on, if it was. */
    Optional<String> channel();

    /** Whether it is a call of a tool. */
    boolean isCall();

    /** Its thoughts and its end. */
    PositionedStream<QueryEvent> stream();

    /** The seq of the last thought so far. */
    long lastSeq();

    /**
     * Where one begins who has the thoughts up to one.
     *
     * @param afterSeq the seq of the last thought it has
     * @return the same, or the last thought if there are not so many and none can come
     */
    long start(long afterSeq);

    /** Whether those who follow it are to be told how long the queue is. */
    boolean isWaiting();

    /** Whether the result is there. */
    boolean isConcluded();

    /** When it was accepted. */
    Instant acceptedAt();

    /** {@code waiting}, {@code running}, or the word for how it has ended. */
    String state();

    /** Whether a request asks what this query answers. */
    boolean asksTheSame(QueryRequest request);

    /** Whether a subject may know of it. */
    boolean isFor(String subject);

    /**
     * Somebody is about to follow it.
     *
     * @return false if it cannot be followed any more
     */
    boolean add(QueryViewer viewer);

    /** Somebody follows it no more. */
    void remove(QueryViewer viewer);

    /** Somebody who follows it has moved on. */
    void progressed();
}
