package io.synapse.presence;

import io.synapse.platform.Counter;
import io.synapse.platform.Timers.Timer;
import io.synapse.presence.MemoryPresence.Environment;

/**
 * When the watchers of one topic are told what: the first change after a quiet interval at once, those that follow at the
 * interval's end. Not thread-safe: the topic's lock guards it.
 */
final class Publisher {

    /** How far one watcher has read; before the round it waits for, nowhere. */
    static final class Position {
        private static final long NOWHERE = -1;

        private final long fromRound;
        private long version = NOWHERE;

        private Position(long fromRound) {
            this.fromRound = fromRound;
        }
    }

    private final Roster roster;
    private final PresenceLog log;
    private final Environment with;
    private final Runnable onInterval;
    private long rounds;
    private Timer interval;
    private boolean newcomers;
    private boolean news;
    /** What is so on other nodes is not known yet, so nothing can be told. */
    private boolean waiting;

    /** Calls {@link #intervalEnded} by way of {@code onInterval}, which takes the lock. */
    Publisher(Roster roster, Environment with, Runnable onInterval) {
        this.roster = roster;
        this.log = new PresenceLog(roster);
        this.with = with;
        this.onInterval = onInterval;
    }

    /** Tells nothing before {@link #known}. */
    void await() {
        waiting = true;
    }

    /** What is so on other nodes is known, as far as it can be. */
    void known() {
        if (waiting) {
            waiting = false;
            if (newcomers) {
                publish();
            }
        }
    }

    /** The roster may have changed. */
    void changed() {
        if (!waiting && interval == null && roster.isDirty()) {
            publish();
        }
    }

    void intervalEnded() {
        interval = null;
        if (roster.isDirty() || newcomers) {
            publish();
        }
    }

    private void publish() {
        rounds++;
        PresenceDiff diff = roster.publish();
        if (diff != null) {
            with.counters().increment(Counter.PRESENCE_DIFFS);
            log.append(diff);
        }
        news |= diff != null || newcomers;
        newcomers = false;
        interval = with.timers().after(with.config().batchInterval(), onInterval);
    }

    /** Whether watchers are to be told to read; asked again, no more. */
    boolean takeNews() {
        boolean taken = news;
        news = false;
        return taken;
    }

    /** Where a new watcher begins. */
    Position begin() {
        // The state is what was published, and one who has just come would not find himself there: so it comes with the
        // next diff of the others.
        boolean wait = waiting || roster.isDirty();
        newcomers |= wait;
        return new Position(wait ? rounds + 1 : rounds);
    }

    /** Reads on; null if there is nothing now. */
    PresenceNews next(Position position) {
        if (rounds < position.fromRound || position.version == log.version()) {
            return null;
        }
        PresenceDiff next = position.version == Position.NOWHERE ? null : log.after(position.version);
        position.version = next == null ? log.version() : position.version + 1;
        return next == null ? log.state() : next;
    }

    /** Publishes nothing any more. */
    void end() {
        if (interval != null) {
            interval.cancel();
        }
    }
}
