package io.synapse.stream;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * The streams of all topics, by name. One of a node's memory or of a cluster: whoever uses it cannot tell, and {@code
 * BrokerContract} in the tests says what both must do. Safe for use by many threads; nothing waits.
 *
 * @param <E> what is published; immutable
 */
public interface Broker<E> {

    /**
     * Appends to a topic, which comes into being with its first publication or its first {@link #open}.
     *
     * @param topic its name
     * @param entry what is published
     * @param idempotencyKey names this publication: another with the same key and the same content is not appended
     *     again, as long as the key is remembered
     * @return where it stands; fails with a {@link BrokerException} that says why it was not appended
     */
    CompletionStage<Published> publish(String topic, E entry, Optional<String> idempotencyKey);

    /**
     * Opens a topic for reading and following. It stays, and so does its epoch, until everyone who opened it has closed
     * it and nothing of it is kept.
     *
     * @param topic its name
     * @return the topic as this node sees it; fails with a {@link BrokerException}
     */
    CompletionStage<Feed<E>> open(String topic);

    /**
     * Reads a part of what is kept of a topic, without opening it.
     *
     * @param topic its name
     * @param request which part
     * @return the entries; empty for a topic that does not exist
     */
    CompletionStage<Page<E>> history(String topic, PageRequest request);

    /**
     * Asks to be told of the topics of this node: of those there are now, and of every change.
     *
     * @param listener told with no lock held; must be quick and must not throw
     */
    void watch(TopicListener<E> listener);

    /**
     * Asks for topics by their names: those there are, on whatever node, and those to come are topics of this node, which
     * watchers are told of, until the interest ends.
     *
     * @param names which
     * @return the interest, when all topics that existed before the call are there; fails with a {@link BrokerException}
     */
    default CompletionStage<Interest> want(Predicate<String> names) {
        return CompletableFuture.completedFuture(() -> {});
    }

    /** An interest in topics. */
    @FunctionalInterface
    interface Interest {

        /** Ends it; the second call does nothing. */
        void end();
    }

    /**
     * How much there is.
     *
     * @return figures of one moment
     */
    Status status();

    /**
     * What a publication got.
     *
     * @param position where it stands
     * @param duplicate whether it stood there already
     * @param local whether it reached this node only, because the others cannot be reached
     */
    record Published(Position position, boolean duplicate, boolean local) {

        /**
         * What has reached everybody.
         *
         * @param position where it stands
         * @param duplicate whether it stood there already
         */
        public Published(Position position, boolean duplicate) {
            this(position, duplicate, false);
        }
    }

    /** Looks after topics no more; the second call does nothing. For the end of the application. */
    default void close() {}

    /**
     * Which part of a topic to read.
     *
     * @param from where to begin: what comes after it, or, backwards, what comes before it; without one the very
     *     beginning, or, backwards, the end
     * @param limit how many entries at most, at least 1
     * @param backwards whether the newest come first
     */
    record PageRequest(Optional<Position> from, int limit, boolean backwards) {}

    /**
     * A part of a topic.
     *
     * @param slice the entries in the order asked for; {@code first} is the offset of the first of them, and {@code
     *     complete} tells whether everything asked for from there on was still kept
     * @param end where the topic ends
     * @param <E> what is published
     */
    record Page<E>(PositionedStream.Slice<E> slice, Position end) {}

    /**
     * How much there is.
     *
     * @param topics topics that exist on this node
     * @param bytes the memory of what is kept of them
     */
    record Status(int topics, long bytes) {}

    /**
     * Told which topics there are. Calls about different topics may come concurrently.
     *
     * @param <E> what is published
     */
    interface TopicListener<E> {

        /**
         * A topic is there; may be said twice. Publications may come before this: who wants all reads from 0.
         *
         * @param topic its name
         * @param stream to be read and followed only
         * @param isNew whether it has just come into being
         */
        void appeared(String topic, PositionedStream<E> stream, boolean isNew);

        /**
         * A topic was forgotten: nobody uses it, and nothing was kept of it.
         *
         * @param topic its name
         * @param stream what {@link #appeared} was told of it
         */
        void gone(String topic, PositionedStream<E> stream);
    }

    /**
     * A topic that is open.
     *
     * @param <E> what is published
     */
    interface Feed<E> extends AutoCloseable {

        /**
         * What is kept of it on this node.
         *
         * @return to be read and followed only
         */
        PositionedStream<E> stream();

        /** Ends the use of it; the second call does nothing. */
        @Override
        void close();
    }
}
