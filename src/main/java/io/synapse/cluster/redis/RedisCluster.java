package io.synapse.cluster.redis;

import io.synapse.cluster.Cluster;
import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.config.ClusterConfig;
import io.synapse.platform.Ids;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** The nodes of one Redis. Safe for use by many threads. */
public final class RedisCluster implements Cluster, AutoCloseable {

    private final RedisLink link;
    private final RedisNodes nodes;
    private final RedisPost post;

    /**
     * A node that takes no part yet.
     *
     * @param config where Redis is
     * @param self the name of this node, another one after each start
     * @param ids for questions to other nodes
     * @param environment threads, timers, time and counters
     */
    public RedisCluster(ClusterConfig config, String self, Ids ids, RedisLink.Environment environment) {
        link = new RedisLink(config.redis(), environment);
        nodes = new RedisNodes(link, self, config.lease(), environment.ticker(), environment.timers());
        post = new RedisPost(link, self, ids, environment.timers(), environment.counters());
    }

    /**
     * The connection to Redis, for everything else that is kept there.
     *
     * @return the same at every call
     */
    public RedisLink link() {
        return link;
    }

    @Override
    public Nodes nodes() {
        return nodes;
    }

    @Override
    public Post post() {
        return post;
    }

    @Override
    public void start() {
        post.start();
        nodes.start();
        link.start();
    }

    @Override
    public Optional<String> trouble() {
        if (!link.isUp()) {
            return Optional.of("Redis is away");
        }
        return nodes.holdsLease() ? Optional.empty() : Optional.of("the lease of this node has run out");
    }

    @Override
    public void stop() {
        try {
            nodes.leave().toCompletableFuture().join();
        } catch (CompletionException e) {
            throw new IllegalStateException("leaving never fails", e);
        }
    }

    /** Ends the connection. */
    @Override
    public void close() {
        nodes.close();
        link.close();
    }
}
