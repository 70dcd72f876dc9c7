package io.synapse.cluster.redis;

import io.synapse.stream.Broker.Feed;
import io.synapse.stream.Broker.Interest;
import java.lang.System.Logger.Level;
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
    private final BiFunction<String, Boolean, CompletionStage<Feed<E>>> opener;
    private final List<Predicate<String>> wishes = new CopyOnWriteArrayList<>();
    private final Map<String, CompletableFuture<Feed<E>>> open = new ConcurrentHashMap<>();
    private boolean listening;
    private CompletableFuture<Void> heard = new CompletableFuture<>();
    /** Whether news may have been missed. */
    private volatile boolean behind;

    TopicWishes(RedisLink link, TopicIndex index, BiFunction<String, Boolean, CompletionStage<Feed<E>>> opener) {
        this.link = link;
        this.index = index;
        this.opener = opener;
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
                letGo();
            }
        };
        if (!link.isUp()) {
            // What there is on this node, and everything as soon as Redis is there.
            behind = true;
            return CompletableFuture.completedFuture(interest);
        }
        return waiting.thenCompose(nothing -> look(wish, false)).handle((nothing, failure) -> {
            if (failure != null) {
                behind = true;
            }
            return interest;
        });
    }

    private synchronized void letGo() {
        open.forEach((name, feed) -> {
            if (wishes.stream().noneMatch(wish -> wish.test(name)) && open.remove(name, feed)) {
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
            if (wishes.stream().anyMatch(wish -> wish.test(name))) {
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
        behind |= first.isDone();
        link.executor().execute(() -> first.complete(null));
    }

    /** Looks for topics whose news was missed. */
    void lookAfter() {
        if (!behind || wishes.isEmpty()) {
            return;
        }
        behind = false;
        look(name -> wishes.stream().anyMatch(wish -> wish.test(name)), true).whenComplete((nothing, failure) -> {
            if (failure != null) {
                behind = true;
            }
        });
    }

    private CompletionStage<Void> look(Predicate<String> wish, boolean isNew) {
        return index.all()
                .thenCompose(names -> CompletableFuture.allOf(names.stream()
                        .filter(wish)
                        .map(name -> open(name, isNew))
                        .toArray(CompletableFuture<?>[]::new)));
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
        if (wishes.stream().noneMatch(wish -> wish.test(name))) {
            letGo();
        }
        return fresh;
    }
}
