package io.synapse.presence;

/** What a watcher is told. Immutable. */
public sealed interface PresenceNews permits PresenceState, PresenceDiff {

    /**
     * How many were there when this became so.
     *
     * @return the counts
     */
    PresenceCounts counts();
}
