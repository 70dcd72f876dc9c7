package io.synapse.protocol;

/** What a server can say. Immutable. */
public sealed interface ServerMessage {

    /**
     * Which of them it is, for an exhaustive switch.
     *
     * @return the kind
     */
    Kind kind();

    /** The kinds of server messages, one for each record below. */
    enum Kind {
        /** {@link Reply}. */
        REPLY,
        /** {@link BinaryReply}. */
        BINARY_REPLY,
        /** {@link Push}. */
        PUSH,
        /** {@link BinaryPush}. */
        BINARY_PUSH,
        /** {@link TopicClosed}. */
        TOPIC_CLOSED,
        /** {@link TopicCrashed}. */
        TOPIC_CRASHED,
        /** {@link Event}. */
        EVENT,
        /** {@link Reconnect}. */
        RECONNECT
    }

    /**
     * The answer to one client message; there is exactly one.
     *
     * @param to the address of that message
     * @param status {@code ok} or {@code error}
     * @param response what it holds
     */
    record Reply(Address to, Status status, Body response) implements ServerMessage {
        @Override
        public Kind kind() {
            return Kind.REPLY;
        }
    }

    /**
     * The answer to one client message, as bytes.
     *
     * @param to the address of that message
     * @param status {@code ok} or {@code error}
     * @param data what it holds
     */
    record BinaryReply(Address to, Status status, Bytes data) implements ServerMessage {
        @Override
        public Kind kind() {
            return Kind.BINARY_REPLY;
        }
    }

    /**
     * Something the client did not ask for with this frame.
     *
     * @param joinRef the join it belongs to; null for a broadcast
     * @param topic the topic
     * @param event what it is
     * @param payload what it holds
     */
    record Push(Ref joinRef, String topic, String event, Body payload) implements ServerMessage {
        @Override
        public Kind kind() {
            return Kind.PUSH;
        }
    }

    /**
     * Bytes the client did not ask for with this frame.
     *
     * @param joinRef the join it belongs to; null for a broadcast
     * @param topic the topic
     * @param event what it is
     * @param data what it holds
     */
    record BinaryPush(Ref joinRef, String topic, String event, Bytes data) implements ServerMessage {
        @Override
        public Kind kind() {
            return Kind.BINARY_PUSH;
        }
    }

    /**
     * A topic is closed for good; the client forgets it.
     *
     * @param joinRef the join that ends
     * @param topic the topic
     */
    record TopicClosed(Ref joinRef, String topic) implements ServerMessage {
        @Override
        public Kind kind() {
            return Kind.TOPIC_CLOSED;
        }
    }

    /**
     * A topic failed; the client joins it again.
     *
     * @param joinRef the join that ends
     * @param topic the topic
     * @param reason what happened, without internals
     */
    record TopicCrashed(Ref joinRef, String topic, String reason) implements ServerMessage {
        @Override
        public Kind kind() {
            return Kind.TOPIC_CRASHED;
        }
    }

    /**
     * Something was published on a topic that the client subscribes to.
     *
     * @param via the joined topic whose subscription this is; null on a socket without joins
     * @param topic where it was published
     * @param epoch which life of the topic the offset belongs to
     * @param offset its position in the topic
     * @param local whether it went to the subscribers of this node only
     * @param publication what was published
     */
    record Event(String via, String topic, String epoch, long offset, boolean local, Publication publication)
            implements ServerMessage {

        /** One that went to all. */
        public Event(String via, String topic, String epoch, long offset, Publication publication) {
            this(via, topic, epoch, offset, false, publication);
        }

        @Override
        public Kind kind() {
            return Kind.EVENT;
        }

        /**
         * A name for this message that no other has, by which a client tells duplicates.
         *
         * @return the same whenever the message is sent
         */
        public String messageId() {
            return messageId(epoch, offset);
        }

        /**
         * The name of the message at a position.
         *
         * @param epoch which life of the topic
         * @param offset its position in the topic
         * @return as {@link #messageId()}
         */
        public static String messageId(String epoch, long offset) {
            return epoch + "-" + offset;
        }
    }

    /**
     * The node is going, and the client is to connect again; the connection is closed soon.
     *
     * @param afterMillis when, from now on: each client is told another time, so that they do not come all at once
     */
    record Reconnect(long afterMillis) implements ServerMessage {
        @Override
        public Kind kind() {
            return Kind.RECONNECT;
        }
    }

    /** How an answer turned out. */
    enum Status {
        /** As asked. */
        OK("ok"),
        /** Refused or failed; the response says why. */
        ERROR("error");

        private final String word;

        Status(String word) {
            this.word = word;
        }

        /**
         * The word on the wire.
         *
         * @return lower-case
         */
        public String word() {
            return word;
        }
    }
}
