package io.synapse.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What publishers tried to publish on one topic, and what was acknowledged. Safe for use by many threads. */
public final class Publications {

    /**
     * A place in a topic.
     *
     * @param epoch which life of it
     * @param offset the position
     */
    public record Place(String epoch, long offset) {}

    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<Place, String> acknowledged = new HashMap<>();
    private final List<Fault> forks = new ArrayList<>();
    private Place last;
    private int ofNodes;

    /**
     * A publisher tries, or tries again under the same key.
     *
     * @param id what it calls the publication
     */
    public synchronized void attempted(String id) {
        attempts.merge(id, 1, Integer::sum);
    }

    /**
     * A publication was acknowledged; everybody who follows the topic is owed it.
     *
     * @param id of the publication
     * @param place where it is
     */
    public synchronized void acknowledged(String id, Place place) {
        String other = acknowledged.putIfAbsent(place, id);
        if (other != null && !other.equals(id)) {
            forks.add(new Fault("", Fault.Kind.FORK, place + " is that of " + other + " and of " + id));
        }
        last = place;
    }

    /** A publication was acknowledged for one node only: nobody else is owed it. */
    public synchronized void acknowledgedByNode() {
        ofNodes++;
    }

    /** The place that was acknowledged last, if any. */
    public synchronized Optional<Place> last() {
        return Optional.ofNullable(last);
    }

    synchronized boolean wasAttempted(String id) {
        return attempts.containsKey(id);
    }

    synchronized boolean wasRepeated(String id) {
        return attempts.getOrDefault(id, 0) > 1;
    }

    synchronized Optional<String> at(Place place) {
        return Optional.ofNullable(acknowledged.get(place));
    }

    synchronized List<Fault> forks() {
        return List.copyOf(forks);
    }

    /** How many were acknowledged for all. */
    public synchronized int count() {
        return acknowledged.size();
    }

    /** How many were acknowledged for one node only. */
    public synchronized int ofNodes() {
        return ofNodes;
    }
}
