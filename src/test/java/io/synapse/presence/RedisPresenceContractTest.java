package io.synapse.presence;

import io.synapse.cluster.redis.PresenceProbe;
import io.synapse.cluster.redis.RedisNodes;
import io.synapse.cluster.redis.RedisPresence;
import io.synapse.cluster.redis.TestNode;
import io.synapse.config.PresenceConfig;
import io.synapse.platform.Ticker;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** What every implementation does, one over nodes does too: with a real Redis, and time that stands still. */
@Timeout(60)
abstract class RedisPresenceContractTest extends PresenceTrackerContract {

    private static final Duration LEASE = Duration.ofSeconds(5);
    private static RedisServer redis;

    private final List<TestNode> nodes = new ArrayList<>();
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
        nodes.forEach(TestNode::close);
    }

    RedisPresence node(String name, PresenceConfig config) {
        TestNode node = TestNode.connected(name, redis.uri(), prefix);
        nodes.add(node);
        RedisNodes members = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
        RedisPresence presence = new RedisPresence(
                new MemoryPresence.Environment(
                        config,
                        clock,
                        timers.ticker(),
                        timers,
                        () -> "r" + refs.incrementAndGet(),
                        counters,
                        Runnable::run),
                new RedisPresence.Sharing(node.link, members, timers, LEASE, Duration.ofSeconds(1)));
        members.start();
        TestNode.until(members::holdsLease);
        return presence;
    }

    TestNode firstNode() {
        return nodes.get(0);
    }

    static class OneNodeTest extends RedisPresenceContractTest {
        @Override
        PresenceTracker open(PresenceConfig config) {
            RedisPresence presence = node("a", config);
            return new SettledPresence(presence, presence, () -> PresenceProbe.settle(firstNode(), presence));
        }
    }

    static class TwoNodesTest extends RedisPresenceContractTest {
        @Override
        PresenceTracker open(PresenceConfig config) {
            RedisPresence one = node("a", config);
            RedisPresence other = node("b", config);
            return new SettledPresence(one, other, () -> PresenceProbe.settle(firstNode(), one, other));
        }
    }
}
