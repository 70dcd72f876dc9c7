package io.synapse.topic;

import io.synapse.protocol.ServerMessage;
import io.synapse.stream.PositionedStream;

/**
 * A stream whose entries can be sent as events.
 *
 * @param stream read and followed
 * @param maker makes a message of an entry
 * @param <E> what an entry holds
 */
record EventStream<E>(PositionedStream<E> stream, Maker<E> maker) {

    /** Makes messages. */
    @FunctionalInterface
    interface Maker<E> {
        ServerMessage.Event event(String via, E entry, long offset);
    }

    ServerMessage.Event event(String via, E entry, long offset) {
        return maker.event(via, entry, offset);
    }
}
