package io.synapse.query;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The other nodes on which somebody follows a query of this one, and when each last said so. No more entries than there are
 * nodes. Safe for use by many threads.
 */
final class RemoteFollowers {

    private final Map<String, Long> heard = new ConcurrentHashMap<>(0);

    void add(String node, long now) {
        heard.put(node, now);
    }

    /** False if it was not there. */
    boolean remove(String node) {
        return heard.remove(node) != null;
    }

    /** Forgets those that were last heard before a time; true if there were any. */
    boolean forget(long before) {
        return heard.values().removeIf(at -> at - before < 0);
    }

    boolean isEmpty() {
        return heard.isEmpty();
    }
}
