package io.synapse.routing;

import io.synapse.protocol.Address;
import io.synapse.protocol.Ref;
import io.synapse.query.QueryId;
import io.synapse.query.QueryViewer;
import io.synapse.security.Identity;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

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
    private final Identity identity;
    private final Map<String, QueryViewer> following = new ConcurrentHashMap<>();
    private final AtomicReference<Attendance> attendance = new AtomicReference<>(Attendance.NONE);

    Channel(String topic, String agent, Ref joinRef, boolean nestedThoughts, Identity identity) {
        this.topic = topic;
        this.agent = agent;
        this.joinRef = joinRef;
        this.nestedThoughts = nestedThoughts;
        this.identity = identity;
    }

    /** The topic of an agent. */
    static String topicOf(String agent) {
        return "cortex:" + agent;
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

    QueryId query(String ref) {
        return new QueryId(agent, ref);
    }

    QueryViewer.Format format() {
        return new QueryViewer.Format(topic, joinRef, nestedThoughts);
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
    }

    /** Whether and how the client is seen here. */
    Attendance attendance() {
        return attendance.get();
    }

    void attend(Attendance present) {
        attendance.set(present);
    }

    /** Whether a frame means another join of this topic than the present one. */
    boolean isStale(Address address) {
        return address.joinRef() != null
                && joinRef != null
                && !address.joinRef().text().equals(joinRef.text());
    }

    /** Stops the following of all queries for the moment; another join takes them over, or they are {@link #release}d. */
    Map<String, Long> pause() {
        Map<String, Long> positions = new HashMap<>();
        following.forEach((ref, viewer) -> {
            if (!viewer.isDetached()) {
                positions.put(ref, viewer.pause());
            }
        });
        return positions;
    }

    /** Lets all queries go, and is not present any more. */
    void release() {
        attendance.getAndSet(Attendance.NONE).end();
        following.values().forEach(QueryViewer::detach);
        following.clear();
    }
}
