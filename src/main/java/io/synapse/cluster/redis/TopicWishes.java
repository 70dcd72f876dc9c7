package io.synapse.cluster.redis;

import io.synapse.platform.Timers;
import io.synapse.stream.Broker.Feed;
import io.synapse.stream.Broker.Interest;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Who wants topics by their names. All such topics are open on this node: those there are, and those that come into being, which
 * every node hears of. While nobody wants any, nothing is subscribed to. Safe for use by many threads.
 */
final class TopicWishes<E> implements Channels.Listener {

    private static final System.Logger LOGGER = System.getLogger(TopicWishes.class.getName());

    private final RedisLink link;
    private final TopicIndex index;
    private final Timers timers;
    private final Duration timeout;
    private final BiFunction<String, Boolean, CompletionStage<Feed<E>>> opener;
    private final List<Predicate<String>> wishes = new CopyOnWriteArrayList<>();
    /** Those that have all topics there were: what is found of theirs later is new to them. */
    private final List<Predicate<String>> fulfilled = new CopyOnWriteArrayList<>();

    private final Map<String, CompletableFuture<Feed<E>>> open = new ConcurrentHashMap<>();
    private boolean listening;
    private CompletableFuture<Void> heard = new CompletableFuture<>();
    /** Whether news may have been missed. */
    private volatile boolean behind;

    private final Lookup lookup;

    TopicWishes(
            RedisLink link,
            TopicIndex index,
            Timers timers,
            Duration timeout,
            BiFunction<String, Boolean, CompletionStage<Feed<E>>> opener) {
        this.link = link;
        this.index = index;
        this.timers = timers;
        this.timeout = timeout;
        this.opener = opener;
        lookup = new Lookup(this::lookOnce, link.executor());
    }

    CompletionStage<Interest> want(Predicate<String> names) {
        CompletableFuture<Void> waiting;
        Predicate<String> wish = names::test;
        synchronized (this) {
            wishes.add(wish);
            if (!listening) {
                listening = true;
                link.channels().subscribe(index.channel(), this);
            }
            waiting = heard;
        }
        AtomicBoolean ended = new AtomicBoolean();
        Interest interest = () -> {
            if (ended.compareAndSet(false, true)) {
                wishes.remove(wish);
                fulfilled.remove(wish);
                letGo();
            }
        };
        if (!link.isUp()) {
            // What there is on this node, and everything as soon as Redis is there.
            behind = true;
            fulfilled.add(wish);
            return CompletableFuture.completedFuture(interest);
        }
        return heardInTime(waiting).thenCompose(nothing -> look()).handle((nothing, failure) -> {
            if (failure != null) {
                behind = true;
            }
            fulfilled.add(wish);
            if (ended.get()) {
                fulfilled.remove(wish);
            }
            return interest;
        });
    }

    private synchronized void letGo() {
        open.forEach((name, feed) -> {
            if (!isWanted(wishes, name) && open.remove(name, feed)) {
                feed.thenAccept(Feed::close);
            }
        });
        if (wishes.isEmpty() && listening) {
            listening = false;
            heard = new CompletableFuture<>();
            link.channels().unsubscribe(index.channel(), this);
        }
    }

    @Override
    public void message(byte[] payload) {
        String name = Script.text(payload);
        // What is opened is read, and may be told: not on the client's own thread.
        link.executor().execute(() -> {
            if (isWanted(wishes, name)) {
                open(name, true);
            }
        });
    }

    @Override
    public void subscribed() {
        CompletableFuture<Void> first;
        synchronized (this) {
            first = heard;
        }
        if (first.isDone()) {
            behind = true;
        }
        link.executor().execute(() -> first.complete(null));
    }

    /** Looks for topics whose news was missed. */
    void lookAfter() {
        if (!behind || wishes.isEmpty()) {
            return;
        }
        behind = false;
        look().whenComplete((nothing, failure) -> {
            if (failure != null) {
                behind = true;
            }
        });
    }

    private CompletionStage<Void> heardInTime(CompletableFuture<Void> waiting) {
        CompletableFuture<Void> inTime = new CompletableFuture<>();
        var timer = timers.after(
                timeout,
                () -> link.executor()
                        .execute(() -> inTime.completeExceptionally(
                                new RedisAwayException("Redis does not answer a subscription"))));
        waiting.thenRun(() -> {
            timer.cancel();
            inTime.complete(null);
        });
        return inTime;
    }

    /** Opens what is wanted and there; many who ask at a time share it. Completes when a look is over that began after this. */
    private CompletionStage<Void> look() {
        return lookup.ask();
    }

    private CompletionStage<Void> lookOnce() {
        return index.all()
                .thenCompose(names -> CompletableFuture.allOf(names.stream()
                        .filter(name -> isWanted(wishes, name))
                        .map(name -> open(name, isWanted(fulfilled, name)))
                        .toArray(CompletableFuture<?>[]::new)));
    }

    private static boolean isWanted(List<Predicate<String>> wishes, String name) {
        return wishes.stream().anyMatch(wish -> wish.test(name));
    }

    private CompletableFuture<Feed<E>> open(String name, boolean isNew) {
        CompletableFuture<Feed<E>> fresh = new CompletableFuture<>();
        CompletableFuture<Feed<E>> present = open.putIfAbsent(name, fresh);
        if (present != null) {
            return present;
        }
        opener.apply(name, isNew).whenComplete((feed, failure) -> {
            if (failure == null) {
                fresh.complete(feed);
            } else {
                open.remove(name, fresh);
                behind = true;
                LOGGER.log(Level.DEBUG, "a topic was not opened: {0}", String.valueOf(RedisLink.cause(failure)));
                fresh.completeExceptionally(RedisLink.cause(failure));
            }
        });
        // The wish may have ended meanwhile.
        if (!isWanted(wishes, name)) {
            letGo();
        }
        return fresh;
    }
}
