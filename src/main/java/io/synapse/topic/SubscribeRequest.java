package io.synapse.topic;

import io.synapse.connection.EventFilter;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.Position;
import java.util.Optional;
import java.util.Set;

/**
 * How somebody wants to follow a topic.
 *
 * @param target the topic, or a pattern of topics
 * @param events only these; empty means all
 * @param policy what happens when it reads too slowly
 * @param since the last message it has; empty for those who begin now
 * @param goesOn whether this continues an earlier subscription of the same client: what is gone since then is told as a
 *     gap, and the rest follows
 * @param reader where its messages go
 */
public record SubscribeRequest(
        TopicPattern target,
        Set<String> events,
        SlowPolicy policy,
        Optional<Position> since,
        boolean goesOn,
        Reader reader) {

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
        this(target, events, policy, since, false, reader);
    }

    /** The same, going on from a position. */
    SubscribeRequest goOn(Position position) {
        return new SubscribeRequest(target, events, policy, Optional.of(position), true, reader);
    }

    /**
     * The same for another reader: another join of the same topic.
     *
     * @param other where messages go
     * @return a new request
     */
    public SubscribeRequest with(Reader other) {
        return new SubscribeRequest(target, events, policy, since, goesOn, other);
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

        /** The news that messages are gone; for a topic with the place behind them, for a pattern without. */
        ServerMessage gap(String target, long missed, Position now) {
            return new ServerMessage.Push(
                    joinRef,
                    via,
                    "gap",
                    Payloads.of(
                            "topic",
                            target,
                            "missed",
                            missed,
                            "offset",
                            now == null ? null : now.offset(),
                            "epoch",
                            now == null ? null : now.epoch()));
        }
    }
}
