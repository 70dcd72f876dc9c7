package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;
import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.synapse.config.RedisConfig;
import io.synapse.stream.Broker.Interest;
import io.synapse.testing.RedisServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics on every kind of Redis. */
@Timeout(120)
class RedisKindsTest {

    private static final int SLOTS = 16_384;
    private static final int MAX_PENDING = 1000;

    @TempDir
    private Path folder;

    private static void works(BrokerNode a, BrokerNode b) {
        Interest interest = join(b.broker.want(name -> name.startsWith("p.")));
        try (BrokerNode.Reader onA = a.read("t");
                BrokerNode.Reader onB = b.read("t")) {
            for (int i = 0; i < 20; i++) {
                assertThat((i % 2 == 0 ? a : b).publish("t", "m" + i).local()).isFalse();
                assertThat(a.publish("p." + i, "x", "k" + i).local()).isFalse();
                assertThat(b.publish("p." + i, "x", "k" + i).duplicate()).isTrue();
            }
            List<String> expected =
                    IntStream.range(0, 20).mapToObj(i -> "m" + i).toList();
            until(() -> onA.seen().equals(expected) && onB.seen().equals(expected));
            assertThat(a.history("p.7", null).slice().entries()).containsExactly("x");
        }
        interest.end();
    }

    private static void command(RedisServer server, Consumer<StatefulRedisConnection<String, String>> use) {
        RedisClient client = RedisClient.create(server.uri());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            use.accept(connection);
        } finally {
            client.shutdown();
        }
    }

    @Test
    @DisplayName("G8: an ACL user that may use its own keys and channels only, as documented")
    void accessControl() {
        String rules = "SETUSER synapse on >secret ~mine:* resetchannels &mine:* +@all -@admin -@dangerous +info";
        try (RedisServer redis = RedisServer.run()) {
            command(redis, connection -> {
                CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
                List.of(rules.split(" ")).forEach(args::add);
                connection.sync().dispatch(CommandType.ACL, new StatusOutput<>(StringCodec.UTF8), args);
            });
            RedisConfig config = new RedisConfig(
                    List.of(redis.uri()),
                    false,
                    Optional.of("synapse"),
                    Optional.of("secret"),
                    "mine",
                    TestNode.TIMEOUT,
                    MAX_PENDING,
                    Optional.empty());
            try (BrokerNode a = new BrokerNode(TestNode.connected("a", config));
                    BrokerNode b = new BrokerNode(TestNode.connected("b", config))) {
                works(a, b);
            }
        }
    }

    @Test
    @DisplayName("G8: a Redis Cluster of three, whose topics are in all of them")
    void sharded() {
        List<RedisServer> servers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                servers.add(RedisServer.run(
                        "--cluster-enabled", "yes", "--dir", folder.toString(), "--cluster-config-file", i + ".conf"));
            }
            for (int i = 0; i < 3; i++) {
                int[] slots =
                        IntStream.range(SLOTS * i / 3, SLOTS * (i + 1) / 3).toArray();
                command(servers.get(i), redis -> {
                    redis.sync().clusterAddSlots(slots);
                    redis.sync().clusterMeet("127.0.0.1", servers.get(0).port());
                });
            }
            servers.forEach(server -> until(() -> {
                StringBuilder info = new StringBuilder();
                command(server, redis -> info.append(redis.sync().clusterInfo()));
                return info.indexOf("cluster_state:ok") >= 0 && info.indexOf("cluster_known_nodes:3") >= 0;
            }));
            RedisConfig config = new RedisConfig(
                    servers.stream().map(RedisServer::uri).toList(),
                    true,
                    Optional.empty(),
                    Optional.empty(),
                    "s",
                    TestNode.TIMEOUT,
                    MAX_PENDING,
                    Optional.empty());
            try (BrokerNode a = new BrokerNode(TestNode.connected("a", config));
                    BrokerNode b = new BrokerNode(TestNode.connected("b", config))) {
                works(a, b);
            }
        } finally {
            servers.forEach(RedisServer::close);
        }
    }

    @Test
    @DisplayName("G8: sentinels name another master when one dies, and topics go on there")
    void failover() {
        try (RedisServer master = RedisServer.run();
                RedisServer replica = RedisServer.run("--replicaof", "127.0.0.1", Integer.toString(master.port()));
                RedisServer sentinel = RedisServer.sentinel(folder, master)) {
            command(
                    master,
                    redis -> until(() -> redis.sync().info("replication").contains("state=online")));
            RedisConfig config = new RedisConfig(
                    List.of("redis-sentinel://127.0.0.1:" + sentinel.port() + "#main"),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    "f",
                    TestNode.TIMEOUT,
                    MAX_PENDING,
                    Optional.empty());
            command(
                    sentinel,
                    redis -> until(() -> !redis.sync()
                            .dispatch(
                                    CommandType.SENTINEL,
                                    new ArrayOutput<>(StringCodec.UTF8),
                                    new CommandArgs<>(StringCodec.UTF8)
                                            .add("replicas")
                                            .add("main"))
                            .isEmpty()));
            try (BrokerNode a = new BrokerNode(TestNode.connected("a", config));
                    BrokerNode b = new BrokerNode(TestNode.connected("b", config))) {
                works(a, b);
                try (BrokerNode.Reader onB = b.read("u")) {
                    a.publish("u", "before");
                    until(() -> onB.seen().contains("before"));
                    master.kill();
                    until(() -> !a.node.link.isUp() && !b.node.link.isUp());
                    until(() -> !a.publish("u", "after").local());
                    until(() -> onB.seen().contains("after"));
                    assertThat(onB.seen().indexOf("before")).isZero();
                }
                assertThat(replica.pid()).isPositive();
            }
        }
    }
}
