package io.synapse.presence;

import io.synapse.config.PresenceConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.time.Clock;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;

/** Presence on one node, in memory. A topic is kept as long as somebody is present on it or watches it. */
public final class MemoryPresence implements PresenceTracker {

    private final Environment environment;
    private final PresencePeers peers;
    private final ConcurrentMap<String, PresenceTopic> topics = new ConcurrentHashMap<>();

    /**
     * Nobody is anywhere.
     *
     * @param environment what all topics share
     */
    public MemoryPresence(Environment environment) {
        this(environment, PresencePeers.NONE);
    }

    MemoryPresence(Environment environment, PresencePeers peers) {
        this.environment = environment;
        this.peers = peers;
    }

    /** A topic, if it is kept. */
    Optional<PresenceTopic> find(String topic) {
        return Optional.ofNullable(topics.get(topic));
    }

    /** All topics that are kept. */
    Collection<PresenceTopic> all() {
        return topics.values();
    }

    /**
     * What all topics share.
     *
     * @param config grace, interval and bounds
     * @param clock tells when somebody came
     * @param ticker tells how long somebody is gone
     * @param timers end graces and intervals
     * @param ids for the refs of metas
     * @param counters for what happens
     * @param executor tells watchers; one task a topic at a time waits there, or runs
     */
    public record Environment(
            PresenceConfig config,
            Clock clock,
            Ticker ticker,
            Timers timers,
            Ids ids,
            Counters counters,
            Executor executor) {}

    @Override
    public Optional<Membership> track(String topic, PresenceOwner owner, String connectionId) {
        PresenceTopic entered = enter(topic);
        try {
            return entered.track(owner, connectionId);
        } finally {
            entered.exit();
        }
    }

    @Override
    public PresenceFeed watch(String topic, Runnable news) {
        PresenceTopic entered = enter(topic);
        try {
            return entered.watch(news);
        } finally {
            entered.exit();
        }
    }

    // A topic that is over has taken itself out, so the next look finds another one.
    private PresenceTopic enter(String topic) {
        PresenceTopic entered;
        do {
            entered =
                    topics.computeIfAbsent(topic, name -> new PresenceTopic(name, environment, peers, topics::remove));
        } while (!entered.enter());
        return entered;
    }

    /** As {@link #whenKnown}, of a topic that other nodes may keep. */
    void onceKnown(String topic, Runnable then) {
        PresenceTopic entered = enter(topic);
        entered.onceKnown(() -> {
            try {
                then.run();
            } finally {
                entered.exit();
            }
        });
    }

    @Override
    public PresenceState list(String topic) {
        PresenceTopic found = topics.get(topic);
        return found == null ? PresenceState.EMPTY : found.state();
    }

    @Override
    public PresenceCounts count(String topic) {
        PresenceTopic found = topics.get(topic);
        return found == null ? PresenceCounts.NONE : found.counts();
    }

    @Override
    public Status status() {
        long members = 0;
        long watchers = 0;
        int count = 0;
        for (PresenceTopic topic : topics.values()) {
            count++;
            members += topic.counts().count();
            watchers += topic.watchers();
        }
        return new Status(count, members, watchers);
    }
}
