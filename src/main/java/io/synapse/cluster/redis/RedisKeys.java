package io.synapse.cluster.redis;

import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.security.key.SharedKeys;
import io.synapse.security.key.SharedKeys.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The managed keys, in Redis, where they last as long as Redis keeps them. Each node reads them when they change, when Redis is
 * back, and with each renewal of its lease. Safe for use by many threads.
 */
public final class RedisKeys implements SharedKeys.Place {

    private static final System.Logger LOGGER = System.getLogger(RedisKeys.class.getName());
    private static final Script WRITE = Script.of("keys-write");
    private static final String CHANGED = "keys-changed";

    private final RedisLink link;
    private final Post post;
    private final Waiting waiting;
    private volatile long seen;

    private RedisKeys(RedisLink link, Post post, Duration timeout) {
        this.link = link;
        this.post = post;
        waiting = new Waiting(timeout);
    }

    /**
     * The keys of all nodes.
     *
     * @param link to Redis
     * @param nodes tell when Redis is back; must not have been started
     * @param post tells of changes
     * @param timeout how long a change waits for Redis
     * @param max how many keys there may be
     * @return the store
     */
    public static SharedKeys of(RedisLink link, Nodes nodes, Post post, Duration timeout, int max) {
        RedisKeys place = new RedisKeys(link, post, timeout);
        SharedKeys keys = new SharedKeys(place, max);
        post.on(CHANGED, (from, body) -> {
            place.refresh(keys);
            return Post.Handler.NOTHING;
        });
        nodes.watch(new Nodes.Watcher() {
            @Override
            public void back() {
                place.refresh(keys);
            }

            @Override
            public void renewed() {
                place.refresh(keys);
            }
        });
        return keys;
    }

    private String key() {
        return link.keys().of("keys");
    }

    private void refresh(SharedKeys keys) {
        link.call(redis -> redis.hget(key(), "number"))
                .thenCompose(number -> number == null || Long.parseLong(Script.text(number)) == seen
                        ? CompletableFuture.completedFuture(new Version(0, ""))
                        : readNow())
                .whenComplete((version, failure) -> {
                    if (failure == null && version.number() > 0) {
                        keys.heard(version);
                        seen = version.number();
                    } else if (failure != null) {
                        LOGGER.log(Level.DEBUG, "managed keys cannot be read: {0}", String.valueOf(failure));
                    }
                });
    }

    private CompletionStage<Version> readNow() {
        return link.call(redis -> redis.hmget(key(), "number", "text")).thenApply(both -> {
            KeyValue<String, byte[]> number = both.get(0);
            return number.hasValue()
                    ? new Version(
                            Long.parseLong(Script.text(number.getValue())),
                            Script.text(both.get(1).getValue()))
                    : new Version(0, "");
        });
    }

    @Override
    public Version read() {
        return io(() -> waiting.forIt(readNow()));
    }

    @Override
    public boolean write(long before, String text) {
        long written = io(() -> waiting.forIt(link.<Long>eval(
                WRITE, ScriptOutputType.INTEGER, List.of(key()), Script.bytes(before), Script.bytes(text))));
        if (written == 1) {
            post.tellOthers(CHANGED, "");
        }
        return written == 1;
    }

    private static <T> T io(Supplier<T> action) {
        try {
            return action.get();
        } catch (RedisAwayException e) {
            throw new UncheckedIOException(new IOException("the keys are in Redis, which is away", e));
        }
    }
}
