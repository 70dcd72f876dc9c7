package io.synapse.cluster.redis;

import io.synapse.cluster.redis.TopicStore.Found;
import io.synapse.cluster.redis.TopicStore.Letter;
import io.synapse.platform.Counter;
import io.synapse.stream.OldestFirst;
import io.synapse.stream.Position;
import io.synapse.stream.Window;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One topic as this node sees it. While somebody has it open, it is subscribed to, and its {@link Window} is what Redis has: what
 * is published comes as a message, what is missing is read. Safe for use by many threads; its lock is short, and nobody is told
 * anything under it.
 *
 * <p><b>Home</b> is the life of the topic that Redis has. While Redis is away the window may go on in a life of this node's own,
 * and returns home behind what it had of it.
 *
 * @param <E> what is published
 */
final class RedisTopic<E> implements Channels.Listener, OldestFirst.Ageing {

    private static final System.Logger LOGGER = System.getLogger(RedisTopic.class.getName());
    private static final int PAGE = 500;
    private static final String ANY = "*";

    private final String name;
    private final TopicParts<E> parts;
    private final Window<E> window;
    private final Gate gate = new Gate();
    private final AtomicBoolean telling = new AtomicBoolean();
    private final AtomicBoolean appeared = new AtomicBoolean();

    /** How many use it, of whatever kind. */
    private int users;

    private int opened;
    private boolean listening;
    private CompletableFuture<Void> heard = new CompletableFuture<>();
    private Position home;
    private String homeId = "";
    private boolean atHome = true;
    private long localEnd;
    /** Whether the window may lack what Redis has, because nobody had the topic open. */
    private boolean partial;
    /** Whether something is known to be missing. */
    private volatile boolean behind;

    private volatile long refreshedAt;
    private final Lookup refresh;

    RedisTopic(String name, TopicParts<E> parts, Window<E> window) {
        this.name = name;
        this.parts = parts;
        this.window = window;
        refresh = new Lookup(this::readOnce, parts.executor());
    }

    String name() {
        return name;
    }

    Window<E> window() {
        return window;
    }

    Gate gate() {
        return gate;
    }

    /** Whether it is to be told that it is there: once. */
    boolean appear() {
        return appeared.compareAndSet(false, true);
    }

    /** Whether it is to be told that it is gone. */
    boolean vanish() {
        return appeared.getAndSet(false);
    }

    synchronized int users() {
        return users;
    }

    synchronized void use(int change) {
        users += change;
    }

    /** Somebody has it open from now on. */
    synchronized void open() {
        opened++;
    }

    /** One has it open no more; the last one ends the subscription. */
    synchronized void close() {
        if (--opened == 0 && listening) {
            listening = false;
            heard = new CompletableFuture<>();
            parts.channels().unsubscribe(parts.store().channel(name), this);
        }
    }

    synchronized boolean isOpen() {
        return opened > 0;
    }

    /** Whether it is open, and not known to have everything. */
    synchronized boolean needsRefresh(long now, Duration renewal) {
        return opened > 0 && (behind || !atHome || home == null || now - refreshedAt > renewal.toNanos());
    }

    @Override
    public void subscribed() {
        CompletableFuture<Void> first;
        synchronized (this) {
            first = heard;
        }
        if (first.isDone()) {
            // What was published before this is to be read.
            behind = true;
            parts.refresher().ask(this);
        } else {
            parts.executor().execute(() -> first.complete(null));
        }
    }

    // On the client's own thread.
    @Override
    public void message(byte[] payload) {
        StoredEntry<E> stored;
        try {
            stored = StoredEntry.ofMessage(payload, parts.codec());
        } catch (IllegalArgumentException e) {
            LOGGER.log(Level.WARNING, "something that is no entry came on a topic: {0}", e.getMessage());
            return;
        }
        boolean taken = false;
        boolean ahead;
        synchronized (this) {
            Window.Offer offer = home != null && atHome ? offer(stored) : Window.Offer.AHEAD;
            taken = offer == Window.Offer.TAKEN;
            ahead = offer == Window.Offer.AHEAD;
        }
        if (taken) {
            tell();
        }
        if (ahead) {
            behind = true;
            parts.refresher().ask(this);
        }
    }

    // Under the lock.
    private Window.Offer offer(StoredEntry<E> stored) {
        Window.Offer offer = window.offer(stored.position(), stored.entry(), stored.at());
        if (offer == Window.Offer.TAKEN) {
            home = stored.position();
            homeId = stored.id();
        }
        return offer;
    }

    // Those who follow may send a lot: never on the client's own thread, and once for all that came meanwhile.
    private void tell() {
        if (telling.compareAndSet(false, true)) {
            parts.executor().execute(() -> {
                telling.set(false);
                window.tellFollowers();
                parts.shrinker().run();
            });
        }
    }

    /** What this node has published itself. */
    void published(Letter<E> letter, Position position) {
        boolean taken;
        synchronized (this) {
            StoredEntry<E> stored = new StoredEntry<>(position, letter.at(), letter.id(), letter.entry());
            if (listening) {
                // If it is not the next one, the message about it comes behind what is missing.
                taken = home != null && atHome && offer(stored) == Window.Offer.TAKEN;
            } else {
                taken = placed(stored);
            }
        }
        if (taken) {
            window.tellFollowers();
        }
    }

    // Nobody has it open: what others publish is not known.
    private boolean placed(StoredEntry<E> stored) {
        Position position = stored.position();
        if (home == null || !home.epoch().equals(position.epoch())) {
            boolean first = !window.hasBegun();
            window.begin(position.epoch(), position.offset() - 1, first);
            home = new Position(position.epoch(), position.offset() - 1);
            atHome = true;
            partial |= position.offset() > 1 || !first;
        } else {
            goHome();
        }
        if (position.offset() > home.offset() + 1) {
            partial = true;
            window.skipTo(position.offset() - 1);
        }
        return offer(stored) == Window.Offer.TAKEN;
    }

    /** Publishes for this node only. */
    Position publishLocally(E entry, long at) {
        Position position;
        synchronized (this) {
            beginLocally();
            position = new Position(window.epoch(), ++localEnd);
            window.offer(position, entry, at);
        }
        window.tellFollowers();
        return position;
    }

    /** Makes a topic of this node alone of it, unless it is known how it is in Redis. */
    synchronized void beginAnyhow() {
        if (!window.hasBegun()) {
            beginLocally();
        }
    }

    private void beginLocally() {
        if (atHome || !window.hasBegun()) {
            window.begin(Position.localEpoch(parts.ids().next(), Optional.ofNullable(home)), 0, true);
            atHome = false;
            localEnd = 0;
        }
    }

    private void goHome() {
        if (!atHome) {
            window.begin(home.epoch(), home.offset(), true);
            atHome = true;
        }
    }

    /**
     * Reads what is missing.
     *
     * @return completes when this node has everything that was published before the call; fails if it cannot be known
     */
    CompletionStage<Void> refresh() {
        return refresh.ask();
    }

    private CompletionStage<Void> readOnce() {
        behind = false;
        // Within stages, so that what is thrown counts as a failure, too.
        return CompletableFuture.completedFuture(null)
                .thenCompose(begun -> hear())
                .thenCompose(subscribed -> read())
                .whenComplete((nothing, failure) -> {
                    if (failure == null) {
                        refreshedAt = parts.ticker().read();
                        tell();
                    } else {
                        behind = true;
                    }
                });
    }

    /** Subscribed, so that whatever is published after what is read comes as a message. */
    private CompletionStage<Void> hear() {
        CompletableFuture<Void> waiting;
        synchronized (this) {
            if (opened == 0) {
                return CompletableFuture.failedFuture(new RedisAwayException("the topic is not open"));
            }
            if (!parts.isUp()) {
                return CompletableFuture.failedFuture(new RedisAwayException("there is no connection to Redis"));
            }
            if (!listening) {
                listening = true;
                if (partial) {
                    partial = false;
                    home = null;
                    homeId = "";
                    atHome = true;
                    window.reset();
                }
                parts.channels().subscribe(parts.store().channel(name), this);
            }
            waiting = heard;
        }
        if (waiting.isDone()) {
            return waiting;
        }
        CompletableFuture<Void> inTime = new CompletableFuture<>();
        var timer = parts.timers()
                .after(
                        parts.timeout(),
                        () -> parts.executor()
                                .execute(() -> inTime.completeExceptionally(
                                        new RedisAwayException("Redis does not answer a subscription"))));
        waiting.thenRun(() -> {
            timer.cancel();
            inTime.complete(null);
        });
        return inTime;
    }

    private CompletionStage<Void> read() {
        Position after;
        String id;
        synchronized (this) {
            after = home == null ? new Position(ANY, 0) : home;
            id = homeId;
        }
        return parts.store().follow(name, after, id, PAGE).thenCompose(found -> {
            boolean more;
            synchronized (this) {
                more = apply(found, after);
            }
            if (found.created()) {
                // The index may have lost it together with everything else.
                return parts.enter(name)
                        .thenCompose(entered -> more ? read() : CompletableFuture.completedFuture(null));
            }
            return more ? read() : CompletableFuture.completedFuture(null);
        });
    }

    /** Takes what was read; gives whether there is more. */
    private boolean apply(Found<E> found, Position after) {
        Position end = found.end();
        if (home == null) {
            begin(found);
        } else if (!home.epoch().equals(end.epoch())) {
            if (!home.epoch().equals(after.epoch())) {
                return true;
            }
            LOGGER.log(Level.DEBUG, "topic {0} has begun another life", name);
            parts.counters().increment(Counter.TOPICS_BROKEN);
            window.begin(end.epoch(), found.base(), false);
            home = new Position(end.epoch(), found.base());
            homeId = "";
            atHome = true;
            return true;
        }
        goHome();
        for (StoredEntry<E> stored : found.entries()) {
            if (stored.position().offset() > home.offset() + 1) {
                window.skipTo(stored.position().offset() - 1);
            }
            offer(stored);
        }
        boolean more = found.entries().size() == PAGE;
        if (!more && end.offset() > home.offset()) {
            window.skipTo(end.offset());
            home = end;
            homeId = "";
        }
        return more;
    }

    private void begin(Found<E> found) {
        Position end = found.end();
        boolean fresh = !window.hasBegun();
        // Who has followed a life of this node's own is not given what had been published before.
        long before = fresh && !found.entries().isEmpty()
                ? found.entries().get(0).position().offset() - 1
                : end.offset();
        window.begin(end.epoch(), before, fresh);
        home = new Position(end.epoch(), before);
        homeId = "";
        atHome = true;
    }

    @Override
    public long oldestAge(long now) {
        return window.oldestAge(now);
    }

    @Override
    public void dropOldest(long now) {
        window.dropOldest(now);
    }
}
