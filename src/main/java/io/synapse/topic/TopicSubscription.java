package io.synapse.topic;

import io.synapse.connection.Connection;
import io.synapse.connection.Follower;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Publication;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.ServerMessage.Event;
import io.synapse.stream.Position;
import io.synapse.stream.PositionedStream.Slice;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One connection that follows one topic, or the topics of one pattern: a position in a stream, moved on whenever there
 * is something to read and room to write. What it has not read when the stream's window moves on is gone, and {@link
 * SlowPolicy} says what happens then. Safe for use by many threads.
 */
public final class TopicSubscription extends Follower {

    private static final int BATCH = 64;

    private final Connection connection;
    private final SubscribeRequest request;
    private final EventStream<?> source;
    private final Counters counters;
    private final Consumer<TopicSubscription> onEnded;
    private final Runnable close;

    private volatile long position;
    private long acknowledged;

    TopicSubscription(
            Connection connection,
            SubscribeRequest request,
            EventStream<?> source,
            long position,
            Counters counters,
            Consumer<TopicSubscription> onEnded,
            Runnable close) {
        super(connection);
        this.connection = connection;
        this.request = request;
        this.source = source;
        this.position = position;
        this.counters = counters;
        this.onEnded = onEnded;
        this.close = close;
        acknowledged = request.acks()
                .upTo()
                .map(upTo -> source.stream().find(upTo).orElse(position))
                .orElse(position);
    }

    void begin() {
        begin(news -> source.stream().follow(news)::end);
    }

    /** Takes the place of another one of the same client, which has ended: goes on where that stopped. */
    void succeed(TopicSubscription previous) {
        if (request.since().isEmpty() && previous.source.stream() == source.stream()) {
            position = previous.position;
            acknowledged = previous.request.acks().wanted() ? previous.acknowledged() : position;
        }
    }

    /**
     * What was asked for.
     *
     * @return the request
     */
    public SubscribeRequest request() {
        return request;
    }

    /**
     * Sends nothing more, but stays, until {@link #resume} or {@link #end}. For a subscription that another one of the
     * same client replaces, or that has to wait.
     *
     * @return the position of the last message that was given to the connection
     */
    public Position pause() {
        halt();
        return position();
    }

    /** Goes on after {@link #pause}, with nothing missing. */
    public void resume() {
        unhalt();
    }

    /** Ends; nothing is given to the connection after this returns. */
    public void end() {
        if (finish()) {
            close.run();
        }
    }

    @Override
    protected void failed() {
        end();
    }

    /**
     * Ends in the same way, but keeps the topic as it is for a client that may come back: its epoch stays.
     *
     * @return lets the topic go; to be run once
     */
    Runnable park() {
        return finish() ? close : () -> {};
    }

    @Override
    protected void ended() {
        onEnded.accept(this);
    }

    /** Whether positions of this epoch mean something here. */
    boolean isOf(String epoch) {
        return source.stream().knows(epoch);
    }

    /**
     * The client has everything up to a position. Less than it has acknowledged before changes nothing.
     *
     * @return false if there is no such message yet
     */
    boolean acknowledge(Position upTo) {
        // Not where this stands: an acknowledgement of what an earlier connection brought is as good.
        OptionalLong place = source.stream().find(upTo);
        if (place.isEmpty()) {
            return false;
        }
        lock.lock();
        try {
            acknowledged = Math.max(acknowledged, place.getAsLong());
            return true;
        } finally {
            lock.unlock();
        }
    }

    private long acknowledged() {
        lock.lock();
        try {
            return acknowledged;
        } finally {
            lock.unlock();
        }
    }

    /** How to go on from here, once this is paused. */
    SubscribeRequest goOn() {
        return request.goOn(position(), source.stream().position(acknowledged()));
    }

    /**
     * Where it stands.
     *
     * @return the position of the last message that was given to the connection
     */
    public Position position() {
        return source.stream().position(position);
    }

    /**
     * How far it is behind.
     *
     * @return messages that it has yet to read
     */
    public long lag() {
        return source.stream().end() - position;
    }

    /** The memory of these. */
    long lagBytes() {
        return source.stream().bytesAfter(position);
    }

    @Override
    protected void moveOn() {
        while (connection.requestRoom() && sendSome(source)) {
            // Each round sends a batch at most.
        }
    }

    private <E> boolean sendSome(EventStream<E> from) {
        Slice<E> slice = from.stream().read(position, BATCH);
        if (!slice.complete() && !skip(slice.first() - 1)) {
            return false;
        }
        for (E entry : slice.entries()) {
            if (!send(from, entry)) {
                return false;
            }
        }
        // What is appended after a short slice was read asks for another look.
        return slice.entries().size() == BATCH
                || from.stream().hasHoles() && !slice.entries().isEmpty();
    }

    // Sending and moving on are one step: whoever replaces this subscription begins exactly behind it.
    private <E> boolean send(EventStream<E> from, E entry) {
        lock.lock();
        try {
            if (!mayMove()) {
                return false;
            }
            long next = position + 1;
            ServerMessage message = from.maker().message(request.reader(), entry, next);
            boolean wanted = !(message instanceof Event event) || wants(event.publication());
            if (wanted && !connection.sendIfRoom(message)) {
                return false;
            }
            if (wanted) {
                counters.increment(Counter.EVENTS_SENT);
            }
            position = next;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean wants(Publication publication) {
        String event = publication.event();
        return (request.events().isEmpty() || request.events().contains(event))
                && request.reader().filter().passes(event)
                && (request.reader().serves() || !publication.isForServers());
    }

    /** What was there is gone: the position moves on, and the client is told or cut off. */
    private boolean skip(long to) {
        lock.lock();
        try {
            if (!mayMove()) {
                return false;
            }
            OptionalLong missed = source.stream().missed(position, to);
            long count = missed.orElse(1);
            // What nobody can have is not lost for being slow.
            if (request.policy() == SlowPolicy.DISCONNECT && missed.isPresent()) {
                counters.add(Counter.EVENTS_DROPPED, count);
                connection.abort(CloseReason.SLOW_CONSUMER);
                return false;
            }
            Position now = request.target().isTopic() ? source.stream().position(to) : null;
            if (!connection.sendIfRoom(request.reader().gap(request.target().text(), missed, now))) {
                return false;
            }
            counters.add(Counter.EVENTS_DROPPED, count);
            position = to;
            return true;
        } finally {
            lock.unlock();
        }
    }
}
