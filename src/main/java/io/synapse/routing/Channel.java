package io.synapse.routing;

import io.synapse.connection.EventFilter;
import io.synapse.conversation.ConversationKey;
import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.Ref;
import io.synapse.protocol.TopicPattern;
import io.synapse.query.Payer;
import io.synapse.query.QueryId;
import io.synapse.query.QueryReplay;
import io.synapse.query.QueryViewer;
import io.synapse.security.Identity;
import io.synapse.security.Lease;
import io.synapse.topic.SubscribeRequest;
import io.synapse.topic.Subscriptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * One joined topic of one connection. Written by the connection's inbound thread only.
 *
 * <p>The queries it follows are held here, so that they are let go together when the topic is left, closed, crashed or
 * joined again.
 */
final class Channel {

    private final String topic;
    private final String agent;
    private final Ref joinRef;
    private final boolean nestedThoughts;
    private volatile Identity identity;
    private final AtomicReference<Optional<Lease>> lease = new AtomicReference<>(Optional.empty());
    private final Map<String, QueryViewer> following = new ConcurrentHashMap<>();
    private final Map<String, QueryReplay> replays = new ConcurrentHashMap<>();
    private final AtomicReference<Attendance> attendance = new AtomicReference<>(Attendance.NONE);
    private final Subscriptions subscriptions = new Subscriptions();
    private final EventFilter filter;
    private final AtomicReference<WorkerStream> worker = new AtomicReference<>();
    private volatile Optional<HeldSession> held = Optional.empty();
    private volatile Set<String> groups;
    private volatile boolean released;

    Channel(String topic, String agent, Ref joinRef, boolean nestedThoughts, Identity identity) {
        this(topic, agent, joinRef, nestedThoughts, identity, new EventFilter());
    }

    Channel(String topic, String agent, Ref joinRef, boolean nestedThoughts, Identity identity, EventFilter filter) {
        this.topic = topic;
        this.agent = agent;
        this.joinRef = joinRef;
        this.nestedThoughts = nestedThoughts;
        this.identity = identity;
        groups = identity.groups();
        this.filter = filter;
    }

    /** The topic of an agent. */
    static String topicOf(String agent) {
        return ClientMessage.AGENT_TOPIC + agent;
    }

    String topic() {
        return topic;
    }

    String agent() {
        return agent;
    }

    Ref joinRef() {
        return joinRef;
    }

    Identity identity() {
        return identity;
    }

    /** The same client has shown another credential. */
    void identify(Identity shown) {
        identity = shown;
        groups = shown.groups();
    }

    /** What this join lives by; empty if by what the connection lives by. */
    Optional<Lease> lease() {
        return lease.get();
    }

    void liveBy(Lease held) {
        lease.set(Optional.of(held));
        if (released) {
            held.end();
        }
    }

    /** The names of the roles of whoever has joined. */
    Set<String> groups() {
        return groups;
    }

    /** Whose budgets, conversations and sessions are meant. */
    String owner() {
        return identity.owner();
    }

    /** Who pays for what is asked here. */
    Payer payer() {
        return new Payer(identity.payer(), identity.owner());
    }

    /** What a topic of its tenant is kept under. */
    String key(TopicPattern of) {
        return of.of(identity.tenant()).key();
    }

    /** What this topic is found by among those of all tenants. */
    String presenceKey() {
        return identity.scoped(topic);
    }

    Subscriptions subscriptions() {
        return subscriptions;
    }

    EventFilter filter() {
        return filter;
    }

    /** The session that this is of, if any. */
    Optional<HeldSession> held() {
        return held;
    }

    void hold(HeldSession session) {
        held = Optional.of(session);
    }

    SubscribeRequest.Reader reader(boolean serves) {
        return new SubscribeRequest.Reader(topic, joinRef, filter, serves);
    }

    QueryId query(String ref) {
        return new QueryId(identity.tenant(), agent, ref);
    }

    ConversationKey conversation(String id) {
        return new ConversationKey(identity.owner(), agent, id);
    }

    QueryViewer.Format format() {
        return new QueryViewer.Format(topic, joinRef, nestedThoughts, filter);
    }

    /** The viewer of a query, or null. One whose query has ended may still be here. */
    QueryViewer viewer(String ref) {
        QueryViewer viewer = following.get(ref);
        if (viewer != null && viewer.isDetached()) {
            following.remove(ref, viewer);
            return null;
        }
        return viewer;
    }

    void follow(String ref, QueryViewer viewer) {
        following.values().removeIf(QueryViewer::isDetached);
        if (!viewer.isDetached()) {
            following.put(ref, viewer);
        }
        // Everything may have been let go meanwhile, by the end of the connection or by another that takes over.
        if (released) {
            viewer.detach();
        }
    }

    /** A replay that was begun here, or null. */
    QueryReplay replay(String id) {
        return replays.get(id);
    }

    /** Begins a replay, which ends with this join at the latest. */
    void play(QueryReplay replay) {
        replays.values().removeIf(QueryReplay::isOver);
        replays.put(replay.id(), replay);
        replay.play();
        if (released) {
            replay.stop();
        }
    }

    /** Whether and how the client is seen here. */
    Attendance attendance() {
        return attendance.get();
    }

    void attend(Attendance present) {
        attendance.set(present);
        if (released) {
            attendance.getAndSet(Attendance.NONE).end();
        }
    }

    /** The worker that the client is for this agent, or null. */
    WorkerStream worker() {
        return worker.get();
    }

    void serve(WorkerStream serving) {
        worker.set(serving);
        if (released) {
            serving.end();
        }
    }

    /** The client may not be a worker any more. */
    void serveNoMore() {
        WorkerStream serving = worker.getAndSet(null);
        if (serving != null) {
            serving.end();
        }
    }

    /** Whether a frame means another join of this topic than the present one. */
    boolean isStale(Address address) {
        return address.joinRef() != null
                && joinRef != null
                && !address.joinRef().text().equals(joinRef.text());
    }

    /**
     * Passes everything on: nothing more is sent for this join, then another takes over where it stopped, then all is let
     * go. Queries are followed all the while, so no {@code on_disconnect} is set off.
     *
     * @param successor is given what was followed, and how far
     */
    void handOver(Consumer<Followed> successor) {
        try {
            successor.accept(new Followed(pauseQueries(), subscriptions.pause(), filter.wanted(), held));
        } finally {
            release();
        }
    }

    /** Sends nothing more of any query; returns the seq of the last thought sent of each. */
    Map<String, Long> pauseQueries() {
        Map<String, Long> positions = new HashMap<>();
        following.forEach((ref, viewer) -> {
            if (!viewer.isDetached()) {
                positions.put(ref, viewer.pause());
            }
        });
        return positions;
    }

    /** The seq of the last thought sent of each query; they go on. */
    Map<String, Long> queryPositions() {
        Map<String, Long> positions = new HashMap<>();
        following.forEach((ref, viewer) -> {
            if (!viewer.isDetached()) {
                positions.put(ref, viewer.position());
            }
        });
        return positions;
    }

    /** The viewers of all queries, which are somebody else's to detach from now on. */
    List<QueryViewer> giveAwayQueries() {
        List<QueryViewer> all = List.copyOf(following.values());
        following.values().removeAll(all);
        return all;
    }

    /**
     * The same of one query, which this join goes on following in another way.
     *
     * @param successor follows it anew; called, too, if nobody follows it here
     */
    void handOver(String ref, Runnable successor) {
        QueryViewer present = viewer(ref);
        if (present != null) {
            present.pause();
        }
        successor.run();
        // Not if that failed: then its position is still needed.
        if (present != null) {
            present.detach();
        }
    }

    /** The connection has ended: lets everything go, and what a session holds is kept. */
    void end() {
        held.ifPresentOrElse(session -> session.connectionEnded(this::release), this::release);
    }

    /** Whether everything was let go. */
    boolean isReleased() {
        return released;
    }

    /** Lets everything go, and is not present any more. */
    void release() {
        released = true;
        attendance.getAndSet(Attendance.NONE).end();
        lease.get().ifPresent(Lease::end);
        serveNoMore();
        subscriptions.release();
        following.values().forEach(QueryViewer::detach);
        following.clear();
        replays.values().forEach(QueryReplay::stop);
        replays.clear();
    }
}
