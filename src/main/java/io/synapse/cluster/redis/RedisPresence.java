package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.cluster.Nodes;
import io.synapse.platform.Timers;
import io.synapse.presence.Membership;
import io.synapse.presence.MemoryPresence;
import io.synapse.presence.PresenceCounts;
import io.synapse.presence.PresenceFeed;
import io.synapse.presence.PresenceOwner;
import io.synapse.presence.PresencePeers;
import io.synapse.presence.PresenceState;
import io.synapse.presence.PresenceTracker;
import io.synapse.presence.SharedMember;
import io.synapse.presence.SharedPresence;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Presence over nodes. For each topic Redis has all members of all nodes, and counts their changes; each change is published
 * with its number on the channel of the topic. A node has a {@link TopicCopy} of the topics that it keeps. Safe for use by many
 * threads.
 *
 * <p><b>Nodes that are lost.</b> Their members go, by way of the grace. <b>Redis away.</b> Members of other nodes stay for a lease,
 * and then go likewise; when Redis is back, everything is read anew.
 */
public final class RedisPresence implements PresenceTracker, PresencePeers {

    private static final Script PUT = Script.of("presence-put");
    private static final Script REMOVE = Script.of("presence-remove");
    private static final Script TOUCH = Script.of("presence-touch");
    /** How many leases what nobody renews is kept. */
    private static final int KEPT_LEASES = 10;

    /** How this takes part with other nodes. */
    public record Sharing(RedisLink link, Nodes nodes, Timers timers, Duration lease, Duration timeout) {}

    private final RedisLink link;
    private final Nodes nodes;
    private final Sharing with;
    private final byte[] kept;
    private final Serial turns;
    private final SharedPresence presence;
    private final Map<String, TopicCopy> copies = new ConcurrentHashMap<>();
    private final Rounds rounds;
    private final MemoryPresence.Environment environment;
    /** Nodes that have members here and no lease, and since when. Touched by the watcher only. */
    private final Map<String, Long> absent = new HashMap<>();

    private final Object cutting = new Object();
    /** Guarded by {@link #cutting}. */
    private Timers.Timer cutOff = Timers.Timer.NONE;

    /**
     * Presence with nobody on this node.
     *
     * @param environment of this node's own part
     * @param sharing with the others; its nodes must not have been started
     */
    public RedisPresence(MemoryPresence.Environment environment, Sharing sharing) {
        this.environment = environment;
        with = sharing;
        link = sharing.link();
        nodes = sharing.nodes();
        kept = Script.bytes(sharing.lease().multipliedBy(KEPT_LEASES).toMillis());
        turns = new Serial(link.executor());
        rounds = new Rounds(link);
        presence = new SharedPresence(environment, this);
        nodes.watch(new Watcher());
    }

    private final class Watcher implements Nodes.Watcher {
        @Override
        public void lost(String node) {
            presence.lost(node);
        }

        @Override
        public void lapsed() {
            copies.values().forEach(TopicCopy::load);
        }

        @Override
        public void renewed() {
            Set<String> live = nodes.live();
            long now = environment.ticker().read();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            copies.values().forEach(copy -> seen.addAll(copy.nodes()));
            absent.keySet().retainAll(seen);
            absent.keySet().removeAll(live);
            for (String node : seen) {
                // One that was lost so long ago that nobody remembers it; one that has just come has a lease in a
                // moment.
                if (!live.contains(node)
                        && now - absent.computeIfAbsent(node, unused -> now)
                                >= with.lease().toNanos()) {
                    presence.lost(node);
                }
            }
            rounds.run(copies.values(), RedisPresence.this::touch);
        }

        @Override
        public void away() {
            copies.values().forEach(TopicCopy::away);
            synchronized (cutting) {
                cutOff.cancel();
                cutOff = with.timers().after(with.lease(), presence::cutOff);
            }
        }

        @Override
        public void back() {
            synchronized (cutting) {
                cutOff.cancel();
                cutOff = Timers.Timer.NONE;
            }
        }
    }

    private CompletionStage<?> touch(TopicCopy copy) {
        return link.<Long>eval(TOUCH, ScriptOutputType.INTEGER, List.of(key(copy.topic())), kept)
                .thenAccept(copy::check);
    }

    private String key(String topic) {
        return link.keys().of("presence", topic);
    }

    private String channel(String topic) {
        return link.keys().of("presence-news", topic);
    }

    @Override
    public String self() {
        return nodes.self();
    }

    @Override
    public boolean entered(String topic) {
        TopicCopy copy = new TopicCopy(topic, key(topic), link, turns, presence);
        copies.put(topic, copy);
        copy.begin(with.timers(), with.timeout());
        link.channels().subscribe(channel(topic), copy);
        return true;
    }

    @Override
    public void over(String topic) {
        TopicCopy copy = copies.remove(topic);
        copy.end();
        link.channels().unsubscribe(channel(topic), copy);
    }

    // What fails here is made good when the link is back, by what is read then.
    @Override
    public void put(String topic, SharedMember member) {
        link.eval(
                PUT,
                ScriptOutputType.INTEGER,
                List.of(key(topic)),
                Script.bytes(channel(topic)),
                Script.bytes(member.id()),
                Script.bytes(member.version()),
                Script.bytes(member.node()),
                PresenceJson.write(member),
                kept);
    }

    @Override
    public void removed(String topic, String id, long version) {
        link.eval(
                REMOVE,
                ScriptOutputType.INTEGER,
                List.of(key(topic)),
                Script.bytes(channel(topic)),
                Script.bytes(id),
                Script.bytes(version),
                kept);
    }

    /** Whether everything that was told is heard; for tests. */
    boolean isSettled() {
        return link.pending() == 0
                && turns.waiting() == 0
                && copies.values().stream().allMatch(TopicCopy::isLoaded);
    }

    /** The numbers of the last changes that are known, by key; for tests. */
    Map<String, Long> changes() {
        Map<String, Long> changes = new HashMap<>();
        copies.forEach((topic, copy) -> changes.put(key(topic), copy.changes()));
        return changes;
    }

    @Override
    public Optional<Membership> track(String topic, PresenceOwner owner, String connectionId) {
        return presence.track(topic, owner, connectionId);
    }

    @Override
    public PresenceFeed watch(String topic, Runnable news) {
        return presence.watch(topic, news);
    }

    @Override
    public PresenceState list(String topic) {
        return presence.list(topic);
    }

    @Override
    public PresenceCounts count(String topic) {
        return presence.count(topic);
    }

    @Override
    public void whenKnown(String topic, Runnable then) {
        presence.whenKnown(topic, then);
    }

    @Override
    public Status status() {
        return presence.status();
    }
}
