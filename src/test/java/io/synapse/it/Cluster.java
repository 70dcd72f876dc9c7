package io.synapse.it;

import io.synapse.testing.RedisServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Nodes that are real processes, with a real Redis, and between each node and Redis a stretch of network that can fail.
 * Everything is ended by {@link #close}, and with the JVM at the latest.
 */
final class Cluster implements AutoCloseable {

    /** How long a node that was killed is taken to be alive. */
    static final Duration LEASE = Duration.ofSeconds(3);

    private static final String SECRET = "what-the-nodes-sign-tokens-with-0123456789";

    private final RedisServer redis;
    private final List<TcpLink> links = new ArrayList<>();
    private final List<PayaraNode> nodes = new ArrayList<>();

    private Cluster(RedisServer redis) {
        this.redis = redis;
    }

    /** Nodes that share a Redis; all are ready. */
    static Cluster start(Path folder, int size, Map<String, String> environment) throws IOException {
        return start(folder, size, environment, RedisServer.run());
    }

    /** One node alone, with everything in its memory. */
    static Cluster alone(Path folder, Map<String, String> environment) throws IOException {
        return start(folder, 1, environment, null);
    }

    private static Cluster start(Path folder, int size, Map<String, String> environment, RedisServer redis)
            throws IOException {
        Cluster cluster = new Cluster(redis);
        try {
            for (int i = 0; i < size; i++) {
                Map<String, String> own = new TreeMap<>(PayaraNode.withKeys(environment));
                own.put("SYNAPSE_NODE_NAME", "node-" + i);
                own.put("SYNAPSE_AUTH_TOKEN_SECRET", SECRET);
                if (redis != null) {
                    TcpLink link = TcpLink.to(redis.port());
                    cluster.links.add(link);
                    own.put("SYNAPSE_CLUSTER", "redis");
                    own.putIfAbsent("SYNAPSE_CLUSTER_LEASE", LEASE.toString());
                    own.put("SYNAPSE_REDIS_URIS", "redis://127.0.0.1:" + link.port());
                }
                PayaraNode node = new PayaraNode(folder.resolve("node-" + i), "node-" + i, own);
                cluster.nodes.add(node);
                node.start();
            }
            cluster.nodes.forEach(PayaraNode::awaitReady);
            return cluster;
        } catch (IOException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    int size() {
        return nodes.size();
    }

    PayaraNode node(int index) {
        return nodes.get(index);
    }

    /** The network between a node and Redis. */
    TcpLink link(int index) {
        return links.get(index);
    }

    RedisServer redis() {
        return redis;
    }

    boolean hasRedis() {
        return redis != null;
    }

    /** Where clients of a node dial. */
    URI socket(int index) {
        return node(index).uri("ws", "/ws?token=" + PayaraNode.ADMIN);
    }

    @Override
    public void close() {
        nodes.forEach(PayaraNode::close);
        for (TcpLink link : links) {
            try {
                link.close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        if (redis != null) {
            redis.close();
        }
    }
}
