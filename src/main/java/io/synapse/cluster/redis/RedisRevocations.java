package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.security.Revocations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Revocations of all nodes. What is revoked on one is told to the others at once, and remembered in Redis for {@link #REMEMBERED}:
 * a node that could not be told reads it when Redis is back. What was revoked here while Redis was away is told then. Safe for use
 * by many threads.
 */
public final class RedisRevocations implements Revocations {

    /** How long a node may be cut off and still learn what was revoked. */
    static final Duration REMEMBERED = Duration.ofDays(1);

    private static final Script REVOKED = Script.of("revoked");
    private static final String KIND = "revoked";
    /** More than that while Redis is away are carried out here only. */
    private static final int MAX_UNTOLD = 10_000;

    private final Revocations local;
    private final RedisLink link;
    private final Post post;
    private final Set<String> untold = ConcurrentHashMap.newKeySet();
    /** What was read from Redis and carried out. Touched by the watcher only. */
    private Set<String> known = Set.of();

    /**
     * Revocations of all nodes.
     *
     * @param local tells this node's own
     * @param link to Redis
     * @param nodes tell when Redis is back; must not have been started
     * @param post tells others
     */
    public RedisRevocations(Revocations local, RedisLink link, Nodes nodes, Post post) {
        this.local = local;
        this.link = link;
        this.post = post;
        post.on(KIND, (from, source) -> {
            local.announce(source);
            return Post.Handler.NOTHING;
        });
        nodes.watch(new Nodes.Watcher() {
            @Override
            public void back() {
                tell();
                read();
            }

            // What was sent at the moment in which a connection broke comes with this.
            @Override
            public void renewed() {
                tell();
                read();
            }
        });
    }

    private String key() {
        return link.keys().of("revoked");
    }

    @Override
    public void announce(String source) {
        local.announce(source);
        if (untold.size() < MAX_UNTOLD) {
            untold.add(source);
        }
        post.tellOthers(KIND, source);
        tell();
    }

    private void tell() {
        List<String> sources = List.copyOf(untold);
        if (sources.isEmpty()) {
            return;
        }
        List<byte[]> arguments = new ArrayList<>(List.of(Script.bytes(REMEMBERED.toMillis())));
        sources.forEach(source -> arguments.add(Script.bytes(source)));
        link.eval(REVOKED, ScriptOutputType.INTEGER, List.of(key()), arguments.toArray(byte[][]::new))
                .thenAccept(done -> untold.removeAll(sources));
    }

    private void read() {
        link.call(redis -> redis.zrange(key(), 0, -1)).thenAccept(all -> {
            Set<String> now = ConcurrentHashMap.newKeySet();
            all.forEach(source -> now.add(Script.text(source)));
            Set<String> before;
            synchronized (this) {
                before = known;
                known = now;
            }
            now.stream().filter(source -> !before.contains(source)).forEach(local::announce);
        });
    }

    @Override
    public void subscribe(Consumer<String> listener) {
        local.subscribe(listener);
    }
}
