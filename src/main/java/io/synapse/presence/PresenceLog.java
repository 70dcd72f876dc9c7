package io.synapse.presence;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * What the watchers of one topic are told: the last few diffs, by version. One who is further behind reads the state
 * instead. Not thread-safe: the topic's lock guards it.
 */
final class PresenceLog {

    private static final int KEPT = 8;

    private final Roster roster;
    private final Deque<PresenceDiff> diffs = new ArrayDeque<>();
    private long version;
    private PresenceState state;

    PresenceLog(Roster roster) {
        this.roster = roster;
    }

    void append(PresenceDiff diff) {
        version++;
        state = null;
        diffs.addLast(diff);
        if (diffs.size() > KEPT) {
            diffs.removeFirst();
        }
    }

    long version() {
        return version;
    }

    /** What everybody who has read everything knows; the same for all who come between two diffs. */
    PresenceState state() {
        if (state == null) {
            state = roster.publishedState();
        }
        return state;
    }

    /** The diff after a version; null if it is not kept any more. */
    PresenceDiff after(long position) {
        long back = version - position;
        if (back > diffs.size()) {
            return null;
        }
        Iterator<PresenceDiff> newestFirst = diffs.descendingIterator();
        for (long i = 1; i < back; i++) {
            newestFirst.next();
        }
        return newestFirst.next();
    }
}
