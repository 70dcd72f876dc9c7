package io.synapse.query;

import io.synapse.budget.Level;
import io.synapse.connection.Connection;
import io.synapse.connection.EventFilter;
import io.synapse.connection.Follower;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.stream.PositionedStream.Slice;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One connection that follows one query: a position in the query's stream, moved on whenever there is something to read
 * and room to write. Safe for use by many threads.
 */
public final class QueryViewer extends Follower {

    private static final int BATCH = 64;
    private static final String QUEUED = "queued";

    /**
     * How thoughts are addressed and laid out for a client.
     *
     * @param topic the topic they come on
     * @param joinRef the client's join of that topic
     * @param nested whether type and content stand in an object of their own
     * @param filter what the client wants; how a query ends it is always told
     */
    public record Format(String topic, Ref joinRef, boolean nested, EventFilter filter) {}

    /**
     * Where to begin.
     *
     * @param afterSeq the seq of the last thought that the client has, 0 for none; past the end means the end
     * @param snapshot whether what there is by now comes as a {@code snapshot} instead of as thoughts
     * @param subject in whose name the client follows; empty if it is not to be told of anybody's budget
     */
    public record Start(long afterSeq, boolean snapshot, Optional<String> subject) {

        /**
         * In nobody's name.
         *
         * @param afterSeq the seq of the last thought that the client has
         * @param snapshot whether there is to be a snapshot
         */
        public Start(long afterSeq, boolean snapshot) {
            this(afterSeq, snapshot, Optional.empty());
        }

        /**
         * The same in the name of a subject.
         *
         * @param name of the subject
         * @return another start
         */
        public Start of(String name) {
            return new Start(afterSeq, snapshot, Optional.of(name));
        }
    }

    /** A message that takes its place in the stream, for this client only. */
    private record Aside(long after, ServerMessage message) {}

    private final Connection connection;
    private final FollowedQuery query;
    private final Format format;
    private final Consumer<QueryViewer> onDetached;
    /** Guarded by the lock, as the position is. */
    private final Queue<Aside> asides = new ArrayDeque<>();

    private final QueryPushes pushes;
    private final Optional<String> subject;
    private final ToldPosition told = new ToldPosition();

    /** Up to where thoughts come as a snapshot; once that was sent, there is none. Used by whoever moves it on. */
    private OptionalLong snapshotTo;

    private volatile long position;

    /** Whether the client has thoughts that are not here yet. Used by whoever moves it on. */
    private volatile boolean ahead;

    /** Whether it had to wait for room and has not caught up since. Used by whoever moves it on. */
    private volatile boolean behind;

    QueryViewer(
            Connection connection, FollowedQuery query, Format format, Start start, Consumer<QueryViewer> onDetached) {
        super(connection);
        this.connection = connection;
        this.query = query;
        this.format = format;
        this.onDetached = onDetached;
        pushes = new QueryPushes(connection, query, format, UnaryOperator.identity());
        subject = start.subject();
        position = query.start(start.afterSeq());
        ahead = position > query.lastSeq();
        snapshotTo = start.snapshot() ? OptionalLong.of(Math.max(position, query.lastSeq())) : OptionalLong.empty();
    }

    void attach() {
        begin(news -> query.stream().follow(news)::end);
    }

    /**
     * Sends nothing more, but still counts as one who follows, until {@link #detach}. For a follower that another one of
     * the same client replaces: in between the query is not left alone.
     *
     * @return the seq of the last thought that was given to the connection
     */
    public long pause() {
        halt();
        return position;
    }

    /**
     * Ends; the query goes on.
     *
     * @return the seq of the last thought that was given to the connection
     */
    public long detach() {
        finish();
        return position;
    }

    @Override
    public Tie tie() {
        return hasEnded() ? Tie.NONE : Tie.QUERY;
    }

    @Override
    protected void ending() {
        // Whoever waits for one of these waits for an answer, in its place or not.
        asides.forEach(aside -> connection.send(aside.message()));
        asides.clear();
    }

    @Override
    protected void ended() {
        onDetached.accept(this);
    }

    /**
     * Whether the following has ended: by {@link #detach}, or because the result was given to the connection.
     *
     * @return once true, always true
     */
    public boolean isDetached() {
        return hasEnded();
    }

    /** The query that is followed. */
    FollowedQuery query() {
        return query;
    }

    /**
     * Where it stands, while it goes on.
     *
     * @return the offset of the last entry given to the connection
     */
    public long position() {
        return position;
    }

    /** Sends a message after everything that is in the stream now and before whatever comes later. */
    void aside(ServerMessage message) {
        lock.lock();
        try {
            if (hasEnded()) {
                connection.send(message);
                return;
            }
            asides.add(new Aside(query.stream().end(), message));
        } finally {
            lock.unlock();
        }
        pump();
    }

    /**
     * Tells how far the query is in the queue, if the client has not been told; not if there is no room, for it is told
     * again. Nothing of the query's stream comes before it.
     *
     * @param place 1 is next
     * @param now the time, in nanoseconds
     * @param interval the shortest time between two
     */
    void waitsAt(int place, long now, long interval) {
        lock.lock();
        try {
            if (mayMove()
                    && position == 0
                    && asides.isEmpty()
                    && query.isWaiting()
                    && told.isDue(place, now, interval)
                    && format.filter().passes(QUEUED)
                    && pushes.push(QUEUED, Payloads.of("ref", query.id().ref(), "position", place))) {
                told.told(place, now);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells the client how far a subject is with a limit, if it follows in that subject's name. */
    void warn(String of, Level level) {
        if (subject.equals(Optional.of(of)) && !hasEnded()) {
            connection.send(
                    new ServerMessage.Push(format.joinRef(), format.topic(), "budget", BudgetBodies.warning(level)));
        }
    }

    @Override
    protected void moveOn() {
        try {
            catchUp();
        } finally {
            query.progressed();
        }
    }

    private void catchUp() {
        if (!sendSnapshot()) {
            behind = true;
            return;
        }
        if (ahead) {
            notBeyondTheEnd();
        }
        Slice<QueryEvent> slice;
        do {
            slice = query.stream().read(position, BATCH);
            List<QueryEvent> entries = slice.entries();
            for (int next = 0; next < entries.size(); ) {
                int count = sendAsides() ? sendNext(entries, next) : 0;
                if (count == 0) {
                    behind = true;
                    return;
                }
                next += count;
            }
            // What is appended after a short slice was read asks for another look.
        } while (slice.entries().size() == BATCH);
        behind = !sendAsides();
    }

    /** A query may end before it has as many thoughts as the client had from a node that was lost. */
    private void notBeyondTheEnd() {
        lock.lock();
        try {
            position = query.start(position);
        } finally {
            lock.unlock();
        }
        ahead = position > query.lastSeq();
    }

    /** Sends what is left of the snapshot, part by part; false if there is no room, or nothing more may be sent. */
    private boolean sendSnapshot() {
        while (snapshotTo.isPresent()) {
            // Nothing that is said aside belongs inside: it is said later than what there was at the beginning.
            if (!connection.requestRoom()) {
                return false;
            }
            Snapshot part = Snapshot.of(query.stream(), position, snapshotTo.getAsLong());
            lock.lock();
            try {
                if (!mayMove() || !pushes.snapshot(part)) {
                    return false;
                }
                position = part.seq();
            } finally {
                lock.unlock();
            }
            if (!part.more()) {
                snapshotTo = OptionalLong.empty();
            }
        }
        return true;
    }

    /** Sends one entry, or several as one if this client is behind; returns how many, 0 if nothing may be sent. */
    private int sendNext(List<QueryEvent> entries, int next) {
        int count = behind ? MergedText.count(entries, next, untilAside()) : 1;
        QueryEvent event = count == 1 ? entries.get(next) : MergedText.of(entries.subList(next, next + count));
        return send(event, count) ? count : 0;
    }

    /** How many entries come before the next thing to be said aside. */
    private long untilAside() {
        lock.lock();
        try {
            Aside next = asides.peek();
            return next == null ? Long.MAX_VALUE : next.after() - position;
        } finally {
            lock.unlock();
        }
    }

    /** Sends what is due at this position; false if there is no room, or nothing more may be sent. */
    private boolean sendAsides() {
        while (connection.requestRoom()) {
            lock.lock();
            try {
                Aside next = asides.peek();
                if (!mayMove()) {
                    return false;
                }
                if (next == null || next.after() > position) {
                    return true;
                }
                if (!connection.sendIfRoom(next.message())) {
                    return false;
                }
                asides.remove();
            } finally {
                lock.unlock();
            }
        }
        return false;
    }

    // Claiming the position and sending are one step: whoever replaces this follower begins exactly behind it.
    private boolean send(QueryEvent event, int count) {
        lock.lock();
        try {
            if (!mayMove() || !pushes.write(event, position + 1, position + count)) {
                return false;
            }
            position += count;
        } finally {
            lock.unlock();
        }
        if (event instanceof ResultEvent) {
            detach();
        }
        return true;
    }
}
