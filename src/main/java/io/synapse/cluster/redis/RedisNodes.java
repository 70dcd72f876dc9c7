package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.cluster.Nodes;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The nodes of one Redis: a sorted set of them by the end of their lease, in the time of Redis, so that the clocks of nodes do
 * not matter. A lease in Redis is two thirds of the configured one, so that there is time to clean up behind a lost node before
 * that is over; each node renews its own at a quarter, and looks when the first of the others ends. Safe for use by many threads.
 */
public final class RedisNodes implements Nodes, AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(RedisNodes.class.getName());
    private static final Script RENEW = Script.of("renew-lease");
    /** How many leases long a lost node is remembered, for those to see it that could not reach Redis. */
    private static final int REMEMBERED = 10;

    private static final int RENEWALS = 4;
    /** Which part of the answer to a renewal says when the first lease ends. */
    private static final int FIRST_END = 3;

    private final RedisLink link;
    private final String self;
    private final Duration lease;
    private final Duration renewal;
    private final Ticker ticker;
    private final Timers timers;
    private final Serial news;
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    private volatile Set<String> live;
    private volatile long renewedAt;
    private volatile boolean renewed;
    private volatile boolean away;
    private boolean everRenewed;
    private boolean closed;

    /**
     * A node that has no lease yet.
     *
     * @param link to Redis
     * @param self its name
     * @param lease how long a node that is not heard of counts, at most, until all that was its own has ended
     * @param ticker elapsed time
     * @param timers renew
     */
    public RedisNodes(RedisLink link, String self, Duration lease, Ticker ticker, Timers timers) {
        this.link = link;
        this.self = self;
        this.lease = lease.multipliedBy(2).dividedBy(3);
        renewal = lease.dividedBy(RENEWALS);
        this.ticker = ticker;
        this.timers = timers;
        news = new Serial(link.executor());
        live = Set.of(self);
    }

    /** Begins to renew. To be called once, after all watchers are there. */
    public void start() {
        link.watch(new RedisLink.Watcher() {
            @Override
            public void up() {
                away = false;
                tell(Watcher::back);
                renew();
            }

            @Override
            public void down() {
                away = true;
                tell(Watcher::away);
            }
        });
        renewLater();
    }

    private synchronized void renewLater() {
        if (!closed) {
            timers.after(renewal, () -> {
                renew();
                renewLater();
            });
        }
    }

    private void renew() {
        long asked = ticker.read();
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        link.<List<Object>>eval(
                        RENEW,
                        ScriptOutputType.MULTI,
                        List.of(link.keys().of("nodes")),
                        Script.bytes(self),
                        Script.bytes(lease.toMillis()),
                        Script.bytes(lease.multipliedBy(REMEMBERED).toMillis()))
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        renewed(asked, answer);
                    } else {
                        LOGGER.log(
                                Level.DEBUG,
                                "the lease was not renewed: {0}",
                                String.valueOf(RedisLink.cause(failure)));
                    }
                });
    }

    private void renewed(long asked, List<Object> answer) {
        Set<String> others = names(answer.get(1));
        Set<String> lost = names(answer.get(2));
        boolean lapsed;
        synchronized (this) {
            if (closed) {
                return;
            }
            lapsed = everRenewed && (Long) answer.get(0) != 0;
            everRenewed = true;
            renewedAt = asked;
            renewed = true;
        }
        others.add(self);
        lost.remove(self);
        live = Set.copyOf(others);
        if (lapsed) {
            LOGGER.log(Level.WARNING, "the lease of this node had run out; others may have taken it for lost");
            tell(Watcher::lapsed);
        }
        if (away) {
            // The timer was quicker than the news that Redis is there: nobody may think of a loss before he has that.
            return;
        }
        tell(Watcher::renewed);
        lookAt(Duration.ofMillis((Long) answer.get(FIRST_END) + 1));
        lost.forEach(node -> tell(watcher -> watcher.lost(node)));
    }

    // A lease that ends before the next renewal is looked at when it has ended, and not up to a renewal later.
    private void lookAt(Duration end) {
        if (end.compareTo(renewal) < 0) {
            timers.after(end, this::renew);
        }
    }

    private static Set<String> names(Object list) {
        Set<String> names = new HashSet<>();
        for (Object name : (List<?>) list) {
            names.add(Script.text((byte[]) name));
        }
        return names;
    }

    // A few for each renewal, and those wait for the link's time-out at most.
    private void tell(Consumer<Watcher> what) {
        news.execute(() -> watchers.forEach(what));
    }

    @Override
    public String self() {
        return self;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public Set<String> live() {
        return live;
    }

    @Override
    public boolean holdsLease() {
        return renewed && ticker.read() - renewedAt < lease.toNanos();
    }

    @Override
    public void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    /**
     * Gives the lease back: nobody will take this node for lost.
     *
     * @return when Redis has it, or cannot be reached
     */
    public CompletionStage<Void> leave() {
        synchronized (this) {
            closed = true;
            renewed = false;
        }
        return link.call(redis -> redis.zrem(link.keys().of("nodes"), Script.bytes(self)))
                .handle((done, failure) -> null);
    }

    /** Renews no more; others take this node for lost when its lease runs out, unless it has {@linkplain #leave left}. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
