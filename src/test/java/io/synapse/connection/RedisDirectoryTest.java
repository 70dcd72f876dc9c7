package io.synapse.connection;

import io.synapse.cluster.redis.RedisDirectory;
import io.synapse.cluster.redis.RedisNodes;
import io.synapse.cluster.redis.RedisPost;
import io.synapse.cluster.redis.TestNode;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The contract, asked on a node that has none of the connections. */
class RedisDirectoryTest extends ConnectionDirectoryContract {

    private static final Duration LEASE = Duration.ofSeconds(1);
    private static RedisServer redis;

    private final List<TestNode> nodes = new ArrayList<>();
    private final List<RedisNodes> members = new ArrayList<>();
    private final String prefix = TestNode.prefix();

    @BeforeAll
    static void start() {
        redis = RedisServer.run();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @AfterEach
    void closeNodes() {
        members.forEach(RedisNodes::close);
        nodes.forEach(TestNode::close);
    }

    private ConnectionDirectory node(String name, LocalDirectory local) {
        TestNode node = TestNode.connected(name, redis.uri(), prefix);
        nodes.add(node);
        RedisNodes of = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
        members.add(of);
        RedisPost post = new RedisPost(node.link, name, new RandomIds(), node.timers, node.counters);
        ConnectionDirectory directory = new RedisDirectory(local, of, post, Duration.ofSeconds(5));
        post.start();
        of.start();
        return directory;
    }

    @Override
    protected ConnectionDirectory open(ConnectionRegistry local, String node) {
        node("other", new LocalDirectory(local, timers.ticker(), clock, node));
        ConnectionDirectory asked =
                node("asked", new LocalDirectory(new ConnectionRegistry(), timers.ticker(), clock, "asked"));
        members.forEach(each -> TestNode.until(() -> each.live().size() == 2));
        return asked;
    }
}
