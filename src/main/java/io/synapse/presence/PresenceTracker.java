package io.synapse.presence;

import java.util.Optional;

/**
 * Keeps who is present on which topic. Safe for use by many threads; no method waits.
 *
 * <p><b>Members.</b> A member is one joined connection under a key; several members may share a key. A member that leaves
 * is held back for a grace: if somebody with the same {@link PresenceOwner} comes within it, he takes its place, which
 * is an update and neither a leave nor a join. What is held back is still present, in lists and in counts.
 *
 * <p><b>Listed.</b> Of a topic with very many members only the first, up to a bound, are listed, in order of their
 * coming; when one of these goes, the next moves up. Counts count all.
 *
 * <p><b>Watching.</b> Changes are gathered for an interval into one {@link PresenceDiff}; the first after a quiet interval
 * is told at once. What comes and goes within one interval is not told. State and diffs, applied in order, give each
 * watcher what is listed.
 */
public interface PresenceTracker {

    /**
     * Tracks a member, with the status {@code online} and no load; one that takes the place of a member that is held back
     * has its status, its load and its time of coming.
     *
     * @param topic where
     * @param owner who
     * @param connectionId on which connection
     * @return the member; empty if the topic has as many as it may
     */
    Optional<Membership> track(String topic, PresenceOwner owner, String connectionId);

    /**
     * Watches a topic. The first thing to be read is a {@link PresenceState} in which every member that was tracked before
     * this call is seen, if it is listed and has not left meanwhile.
     *
     * @param topic which
     * @param news called when there may be something to read; on any thread, with no lock held, perhaps for nothing. Must
     *     be quick and must not throw
     * @return what is to be read; to be ended by the caller
     */
    PresenceFeed watch(String topic, Runnable news);

    /**
     * Has something done that asks who is on a topic, once that is known: of a topic that this node did not keep, other nodes may
     * know more.
     *
     * @param topic which
     * @param then asks; run on this stack or later, within a bounded time
     */
    default void whenKnown(String topic, Runnable then) {
        then.run();
    }

    /**
     * Who is listed now; changes that watchers have not been told yet are in it.
     *
     * @param topic which
     * @return members and counts of one moment
     */
    PresenceState list(String topic);

    /**
     * How many are there now; costs much less than {@link #list}.
     *
     * @param topic which
     * @return the counts of one moment
     */
    PresenceCounts count(String topic);

    /**
     * How much is kept on this node.
     *
     * @return figures of about one moment
     */
    Status status();

    /**
     * How much is kept on this node.
     *
     * @param topics topics with members or watchers
     * @param members members of all of them, those that are held back too
     * @param watchers those who watch
     */
    record Status(int topics, long members, long watchers) {}
}
