package io.synapse.cluster.redis;

import io.synapse.platform.Timers;
import io.synapse.presence.SharedMember;
import io.synapse.presence.SharedPresence;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this node knows of a topic's members, up to a change of some number: the next one that is published is applied, and if one
 * is missing everything is read anew. Changes that come while it is read wait until it has been. What it says is said one after
 * the other, on {@code turns}. Safe for use by many threads.
 */
final class TopicCopy implements Channels.Listener {

    private static final System.Logger LOGGER = System.getLogger(TopicCopy.class.getName());
    private static final int MAX_WAITING = 10_000;
    private static final int PARTS = 4;
    private static final long NOTHING = -1;

    private final String topic;
    private final String key;
    private final RedisLink link;
    private final Serial turns;
    private final SharedPresence presence;
    /** Those that have told of members here. */
    private final Set<String> nodes = ConcurrentHashMap.newKeySet();

    /** Changes that came while everything was read. Touched in turns only, as what follows is. */
    private final Deque<Change> early = new ArrayDeque<>();

    private boolean again;
    private long suspected = NOTHING;
    private volatile boolean loading;
    private volatile long at = NOTHING;
    private volatile boolean over;
    private volatile Timers.Timer patience = Timers.Timer.NONE;

    private record Change(long number, String what, String id, String rest) {
        static Change of(byte[] payload) {
            String[] parts = Script.text(payload).split(" ", PARTS);
            return new Change(Long.parseLong(parts[0]), parts[1], parts[2], parts[3]);
        }
    }

    TopicCopy(String topic, String key, RedisLink link, Serial turns, SharedPresence presence) {
        this.topic = topic;
        this.key = key;
        this.link = link;
        this.turns = turns;
        this.presence = presence;
    }

    String topic() {
        return topic;
    }

    Set<String> nodes() {
        return nodes;
    }

    long changes() {
        return at;
    }

    boolean isLoaded() {
        return at != NOTHING && !loading;
    }

    /** The topic's lock is held: what comes of it comes later. */
    void begin(Timers timers, Duration timeout) {
        if (link.isUp()) {
            patience = timers.after(timeout, this::away);
        } else {
            away();
        }
    }

    void end() {
        over = true;
        patience.cancel();
    }

    /** Nothing can be read. */
    void away() {
        inTurn(() -> {
            at = NOTHING;
            presence.unknown(topic);
        });
    }

    @Override
    public void subscribed() {
        load();
    }

    @Override
    public void message(byte[] payload) {
        // More than can be kept: the gap is seen, and everything read anew.
        if (turns.waiting() < MAX_WAITING) {
            inTurn(() -> received(Change.of(payload)));
        }
    }

    /** So many changes there are. */
    void check(long changes) {
        inTurn(() -> {
            // One that is on its way is no gap yet; the next time it is.
            if (!loading && at != changes && (changes < at || at == suspected)) {
                read();
            }
            suspected = at;
        });
    }

    /** Reads everything anew. */
    void load() {
        inTurn(this::read);
    }

    private void inTurn(Runnable action) {
        turns.execute(() -> {
            if (!over) {
                action.run();
            }
        });
    }

    private void received(Change change) {
        if (loading) {
            if (early.size() < MAX_WAITING) {
                early.add(change);
            } else {
                again = true;
            }
        } else if (change.number() == at + 1) {
            apply(change);
        } else if (change.number() > at || change.number() == 1) {
            // One is missing, or Redis has forgotten everything and begins anew.
            early.add(change);
            read();
        }
    }

    private void apply(Change change) {
        try {
            if (change.what().equals("put")) {
                SharedMember member = PresenceJson.read(change.id(), change.rest());
                nodes.add(member.node());
                presence.heard(topic, member);
            } else {
                presence.heardRemoved(topic, change.id(), Long.parseLong(change.rest()));
            }
        } finally {
            at = change.number();
        }
    }

    private void read() {
        if (loading) {
            again = true;
            return;
        }
        loading = true;
        again = false;
        link.call(redis -> redis.hgetall(key))
                .whenComplete((all, failure) -> inTurn(() -> {
                    if (failure == null) {
                        loaded(all);
                    } else {
                        LOGGER.log(Level.DEBUG, "who is present cannot be read: {0}", String.valueOf(failure));
                        at = NOTHING;
                        early.clear();
                        loading = false;
                        presence.unknown(topic);
                    }
                }));
    }

    private void loaded(Map<String, byte[]> all) {
        List<SharedMember> members = new ArrayList<>();
        long number = 0;
        nodes.clear();
        for (Map.Entry<String, byte[]> entry : all.entrySet()) {
            if (entry.getKey().equals("#")) {
                number = Long.parseLong(Script.text(entry.getValue()));
            } else {
                try {
                    SharedMember member = PresenceJson.read(entry.getKey(), Script.text(entry.getValue()));
                    nodes.add(member.node());
                    members.add(member);
                } catch (IllegalArgumentException e) {
                    LOGGER.log(Level.WARNING, "not a member of a topic: " + entry.getKey(), e);
                }
            }
        }
        at = number;
        patience.cancel();
        presence.known(topic, members);
        Change next = early.poll();
        while (next != null && !again) {
            if (next.number() == at + 1) {
                apply(next);
            } else if (next.number() > at) {
                again = true;
            }
            next = early.poll();
        }
        early.clear();
        loading = false;
        if (again) {
            read();
        }
    }
}
