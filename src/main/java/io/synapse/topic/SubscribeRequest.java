package io.synapse.topic;

import io.synapse.connection.EventFilter;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Publication;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.Position;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How somebody wants to follow a topic. Immutable.
 *
 * @param target the topic, or a pattern of topics
 * @param events only these; empty means all
 * @param policy what happens when it reads too slowly
 * @param since the last message it has; empty for those who begin now
 * @param missing what happens when something since then is gone
 * @param acks whether the client says what has arrived, and how far it has
 * @param reader where its messages go
 */
public record SubscribeRequest(
        TopicPattern target,
        Set<String> events,
        SlowPolicy policy,
        Optional<Position> since,
        Missing missing,
        Acks acks,
        Reader reader) {

    /** What happens when something is gone of what was published since a position. */
    public enum Missing {
        /** The subscription begins with what is published from now on. */
        BEGIN_NOW,
        /** It is told as a gap, and the rest follows: for one that continues another of the same connection. */
        TELL_GAP,
        /** The rest follows, and whoever asked is told where it begins: for one that a client left on another connection. */
        BEGIN_OLDEST
    }

    /**
     * Whether a client says what has arrived.
     *
     * @param wanted whether it does, so that what it has not acknowledged is sent again when it has lost its connection
     * @param upTo how far it had acknowledged before; empty: as far as the subscription begins
     */
    public record Acks(boolean wanted, Optional<Position> upTo) {

        /** A subscription whose client says nothing. */
        public static final Acks NONE = new Acks(false, Optional.empty());
        /** A new subscription whose client acknowledges. */
        public static final Acks WANTED = new Acks(true, Optional.empty());
    }

    /** Copies the set. */
    public SubscribeRequest {
        events = Set.copyOf(events);
    }

    /**
     * A new subscription.
     *
     * @param target the topic, or a pattern of topics
     * @param events only these; empty means all
     * @param policy what happens when it reads too slowly
     * @param since the last message it has; empty for those who begin now
     * @param reader where its messages go
     */
    public SubscribeRequest(
            TopicPattern target, Set<String> events, SlowPolicy policy, Optional<Position> since, Reader reader) {
        this(target, events, policy, since, Missing.BEGIN_NOW, Acks.NONE, reader);
    }

    /** The same, going on from a position on the same connection. */
    SubscribeRequest goOn(Position position, Position acknowledged) {
        Acks again = acks.wanted() ? new Acks(true, Optional.of(acknowledged)) : Acks.NONE;
        return new SubscribeRequest(target, events, policy, Optional.of(position), Missing.TELL_GAP, again, reader);
    }

    /**
     * The same for another reader: another join of the same topic.
     *
     * @param other where messages go
     * @return a new request
     */
    public SubscribeRequest with(Reader other) {
        return new SubscribeRequest(target, events, policy, since, missing, acks, other);
    }

    /**
     * The same among the topics of a tenant.
     *
     * @param tenant whose; empty for nobody's
     * @return a new request
     */
    public SubscribeRequest of(String tenant) {
        return new SubscribeRequest(target.of(tenant), events, policy, since, missing, acks, reader);
    }

    /**
     * Where a subscription's messages go.
     *
     * @param via the joined topic that it belongs to; null on a socket without joins
     * @param joinRef the join of that topic
     * @param filter what the client wants of everything it subscribes to there
     * @param serves whether it serves the topic, and receives what is for those who do
     */
    public record Reader(String via, Ref joinRef, EventFilter filter, boolean serves) {

        /** What was published, at its place in its topic. */
        ServerMessage.Event event(String topic, Position at, Publication publication) {
            return new ServerMessage.Event(via, topic, at.epoch(), at.offset(), at.isLocal(), publication);
        }

        /**
         * The news that messages are gone, how many if that is known; for a topic with the place behind them, for a pattern
         * without.
         */
        ServerMessage gap(String target, OptionalLong missed, Position now) {
            return new ServerMessage.Push(
                    joinRef,
                    via,
                    "gap",
                    Payloads.of(
                            "topic",
                            target,
                            "missed",
                            missed.isPresent() ? missed.getAsLong() : null,
                            "recovered",
                            missed.isPresent() ? null : false,
                            "offset",
                            now == null ? null : now.offset(),
                            "epoch",
                            now == null ? null : now.epoch()));
        }
    }
}
