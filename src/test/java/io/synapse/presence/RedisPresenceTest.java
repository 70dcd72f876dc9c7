package io.synapse.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.cluster.redis.PresenceProbe;
import io.synapse.cluster.redis.RedisNodes;
import io.synapse.cluster.redis.RedisPresence;
import io.synapse.cluster.redis.TestNode;
import io.synapse.config.PresenceConfig;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.testing.RedisServer;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes with real time, and what becomes of presence when one of them or Redis goes. */
@Timeout(60)
class RedisPresenceTest {

    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration GRACE = Duration.ofSeconds(1);
    private static final String TOPIC = "cortex:a";
    private static final PresenceOwner ANN = new PresenceOwner("ann", "key");
    private static final PresenceOwner BOB = new PresenceOwner("bob", "key");

    private final String prefix = TestNode.prefix();
    private RedisServer redis;
    private Node a;
    private Node b;

    private static final class Node implements AutoCloseable {
        final TestNode node;
        final RedisNodes members;
        final RedisPresence presence;

        Node(String name, String uri, String prefix) {
            node = TestNode.connected(name, uri, prefix);
            members = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
            presence = new RedisPresence(
                    new MemoryPresence.Environment(
                            new PresenceConfig(GRACE, Duration.ofMillis(5), 1000, 1000),
                            Clock.systemUTC(),
                            Ticker.system(),
                            node.timers,
                            new RandomIds(),
                            node.counters,
                            node.executor),
                    new RedisPresence.Sharing(node.link, members, node.timers, LEASE, Duration.ofSeconds(1)));
            members.start();
            TestNode.until(members::holdsLease);
        }

        Membership track(PresenceOwner owner, String connection) {
            return presence.track(TOPIC, owner, connection).orElseThrow();
        }

        @Override
        public void close() {
            members.close();
            node.close();
        }
    }

    @BeforeEach
    void start() {
        redis = RedisServer.run();
        a = new Node("a", redis.uri(), prefix);
        b = new Node("b", redis.uri(), prefix);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    private static int count(Node node) {
        return node.presence.count(TOPIC).count();
    }

    @Test
    @DisplayName("M11: who asks on a node that does not keep a topic is told of the members of others")
    void listsOfOthers() {
        a.track(ANN, "c1").update(Optional.of("busy"), OptionalDouble.of(0.5));
        AtomicReference<PresenceState> listed = new AtomicReference<>();
        TestNode.until(() -> {
            b.presence.whenKnown(TOPIC, () -> listed.set(b.presence.list(TOPIC)));
            TestNode.until(() -> listed.get() != null);
            return listed.get().counts().count() == 1
                    && listed.get().listed().get("ann").get(0).status().equals("busy");
        });
        TestNode.until(() -> b.presence.status().topics() == 0);
    }

    @RepeatedTest(5)
    @DisplayName("B14: who comes back on a node that has never kept the topic takes its place, and nobody sees a leave")
    void comesBackElsewhere() {
        PhoenixPresence client = new PhoenixPresence(a.presence.watch(TOPIC, () -> {}));
        Membership ann = a.track(ANN, "c1");
        TestNode.until(() -> client.read().refs().containsKey("ann"));
        ann.leave();
        PresenceProbe.settle(a.node, a.presence);
        b.track(ANN, "c2");
        TestNode.until(() -> client.read().metas("ann").get(0).connectionId().equals("c2"));
        assertThat(client.metas("ann")).hasSize(1);
        assertThat(client.diffs()).allSatisfy(diff -> {
            if (diff.leaves().containsKey("ann")) {
                assertThat(diff.joins()).containsKey("ann");
            }
        });
        Membership bob = a.track(BOB, "c3");
        TestNode.until(() -> count(b) == 2);
        bob.leave();
        TestNode.until(() -> count(b) == 1);
        assertThat(client.read().metas("ann").get(0).connectionId()).isEqualTo("c2");
    }

    @Test
    @DisplayName("M11, B14: the members of a node that is killed go when its lease has run out, once; on all nodes")
    void nodeIsLost() {
        PhoenixPresence client = new PhoenixPresence(a.presence.watch(TOPIC, () -> {}));
        a.track(ANN, "c1");
        b.track(BOB, "c2");
        TestNode.until(() -> client.read().refs().size() == 2);
        b.close();
        TestNode.until(() -> client.read().refs().size() == 1);
        assertThat(client.refs()).containsOnlyKeys("ann");
        assertThat(client.diffs().stream()
                        .filter(diff -> diff.leaves().containsKey("bob"))
                        .count())
                .isEqualTo(1);
        assertThat(count(a)).isEqualTo(1);
        try (Node c = new Node("c", redis.uri(), prefix)) {
            c.track(BOB, "c3");
            TestNode.until(() -> count(c) == 2 && count(a) == 2);
        }
    }

    @Test
    @DisplayName("M11: while Redis is away own members stay and others go after a lease; all are there when it is back")
    void redisIsAway() {
        PhoenixPresence client = new PhoenixPresence(a.presence.watch(TOPIC, () -> {}));
        a.track(ANN, "c1");
        b.track(BOB, "c2");
        TestNode.until(() -> client.read().refs().size() == 2);
        redis.kill();
        TestNode.until(() -> !a.node.link.isUp() && !b.node.link.isUp());
        assertThat(count(a)).isEqualTo(2);
        Membership eve = a.track(new PresenceOwner("eve", "key"), "c3");
        assertThat(eve.update(Optional.of("busy"), OptionalDouble.empty())).isPresent();
        TestNode.until(() -> !client.read().refs().containsKey("bob"));
        assertThat(client.refs()).containsOnlyKeys("ann", "eve");
        redis.start();
        TestNode.until(() -> client.read().refs().size() == 3);
        TestNode.until(() -> count(b) == 3);
        assertThat(client.refs()).containsOnlyKeys("ann", "bob", "eve");
        eve.leave();
        TestNode.until(() -> count(b) == 2);
    }

    @Test
    @DisplayName("M11: two who come back at once on two nodes for one place are both there, on both nodes")
    void bothComeBack() {
        for (int i = 0; i < 5; i++) {
            String topic = "cortex:" + i;
            a.presence.track(topic, BOB, "stay").orElseThrow();
            Membership ann = a.presence.track(topic, ANN, "c0").orElseThrow();
            b.presence.track(topic, BOB, "stay too").orElseThrow();
            TestNode.until(() -> b.presence.count(topic).count() == 3);
            ann.leave();
            Membership one = a.presence.track(topic, ANN, "c1").orElseThrow();
            Membership two = b.presence.track(topic, ANN, "c2").orElseThrow();
            TestNode.until(() -> a.presence.count(topic).count() == 4
                    && b.presence.count(topic).count() == 4);
            one.leave();
            two.leave();
            TestNode.until(() -> a.presence.count(topic).count() == 2
                    && b.presence.count(topic).count() == 2);
        }
    }
}
