package io.synapse.topic;

import io.synapse.protocol.ServerMessage;
import io.synapse.stream.PositionedStream;
import io.synapse.topic.SubscribeRequest.Reader;

/**
 * A stream whose entries can be sent to subscribers.
 *
 * @param stream read and followed
 * @param maker makes a message of an entry
 * @param <E> what an entry holds
 */
record EventStream<E>(PositionedStream<E> stream, Maker<E> maker) {

    /** Makes messages: events, and the news of events that are gone. */
    @FunctionalInterface
    interface Maker<E> {
        ServerMessage message(Reader reader, E entry, long offset);
    }
}
