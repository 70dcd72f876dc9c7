package io.synapse.presence;

import java.util.Optional;

/**
 * What one watcher has yet to read: a position, and nothing else, so a slow watcher costs nothing. Read by one thread at
 * a time.
 */
public interface PresenceFeed {

    /**
     * Reads on.
     *
     * @return the next diff; the whole state at the beginning, and for one who has fallen too far behind; empty if there
     *     is nothing now
     */
    Optional<PresenceNews> next();

    /** Watches no more. Does nothing when called again. */
    void end();
}
