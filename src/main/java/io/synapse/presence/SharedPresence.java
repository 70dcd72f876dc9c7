package io.synapse.presence;

import java.util.Collection;
import java.util.Optional;

/**
 * Presence on this node, and what other nodes say of theirs: each node has the members of all of them, for the topics that it
 * keeps. By what means they talk is the affair of {@link PresencePeers}, and of whoever calls what is said here to be heard from
 * others. Safe for use by many threads.
 *
 * <p><b>Places.</b> A member has an id that all nodes know, and a version. A client that comes back on another node takes its
 * place there: the same id with a higher version. Of what is said of one place, in whatever order it comes, each node keeps the
 * newest.
 */
public final class SharedPresence implements PresenceTracker {

    private final MemoryPresence topics;

    /**
     * Nobody is anywhere.
     *
     * @param environment what all topics share
     * @param peers the other nodes
     */
    public SharedPresence(MemoryPresence.Environment environment, PresencePeers peers) {
        topics = new MemoryPresence(environment, peers);
    }

    /**
     * Another node has told of one of its members, or this node has heard of itself.
     *
     * @param topic where
     * @param member as it is now
     */
    public void heard(String topic, SharedMember member) {
        topics.find(topic).ifPresent(found -> found.heard(member));
    }

    /**
     * A place is gone.
     *
     * @param topic where
     * @param id of the place
     * @param version at which it was gone
     */
    public void heardRemoved(String topic, String id, long version) {
        topics.find(topic).ifPresent(found -> found.heardRemoved(id, version));
    }

    /**
     * All that is known of a topic: other nodes have these members and no others. Those of this node that are missing, or were told
     * of before their last change, are told of again.
     *
     * @param topic which
     * @param all members of all nodes
     */
    public void known(String topic, Collection<SharedMember> all) {
        topics.find(topic).ifPresent(found -> found.known(all));
    }

    /**
     * What other nodes have cannot be known now.
     *
     * @param topic of which
     */
    public void unknown(String topic) {
        topics.find(topic).ifPresent(PresenceTopic::unknown);
    }

    /**
     * A node is lost: its members have gone, and may come back on another one. Said again, it changes nothing.
     *
     * @param node which
     */
    public void lost(String node) {
        topics.all().forEach(topic -> topic.othersGone(Optional.of(node)));
    }

    /** No other node can be heard for so long that all of their members may have gone. */
    public void cutOff() {
        topics.all().forEach(topic -> topic.othersGone(Optional.empty()));
    }

    @Override
    public Optional<Membership> track(String topic, PresenceOwner owner, String connectionId) {
        return topics.track(topic, owner, connectionId);
    }

    @Override
    public PresenceFeed watch(String topic, Runnable news) {
        return topics.watch(topic, news);
    }

    @Override
    public PresenceState list(String topic) {
        return topics.list(topic);
    }

    @Override
    public PresenceCounts count(String topic) {
        return topics.count(topic);
    }

    @Override
    public void whenKnown(String topic, Runnable then) {
        topics.onceKnown(topic, then);
    }

    @Override
    public Status status() {
        return topics.status();
    }
}
