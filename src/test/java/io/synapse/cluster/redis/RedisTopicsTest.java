package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;
import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.stream.Broker.Interest;
import io.synapse.stream.Broker.Published;
import io.synapse.stream.Broker.TopicListener;
import io.synapse.stream.Position;
import io.synapse.stream.PositionedStream;
import io.synapse.testing.RedisServer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topics of two nodes. */
@Timeout(60)
class RedisTopicsTest {

    private static RedisServer redis;
    private BrokerNode a;
    private BrokerNode b;

    @BeforeAll
    static void startRedis() {
        redis = RedisServer.run();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @BeforeEach
    void start() {
        String prefix = TestNode.prefix();
        a = BrokerNode.connected("a", redis.uri(), prefix);
        b = BrokerNode.connected("b", redis.uri(), prefix);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
    }

    @Test
    @DisplayName("G8: what is published on one node reaches subscribers on every node once, in order")
    void fanOut() {
        try (BrokerNode.Reader onA = a.read("t");
                BrokerNode.Reader onB = b.read("t")) {
            IntStream.rangeClosed(1, 500).forEach(i -> (i % 3 == 0 ? a : b).publish("t", "m" + i));
            until(() -> onA.seen().size() >= 500 && onB.seen().size() >= 500);
            assertThat(onA.seen())
                    .isEqualTo(
                            IntStream.rangeClosed(1, 500).mapToObj(i -> "m" + i).toList());
            assertThat(onB.seen()).isEqualTo(onA.seen());
            assertThat(onA.gaps()).isEmpty();
        }
    }

    @Test
    @DisplayName("B7: a key that one node has seen is known to the other")
    void idempotency() {
        Published first = a.publish("t", "x", "k");
        assertThat(b.publish("t", "x", "k")).isEqualTo(new Published(first.position(), true));
        assertThatThrownBy(() -> b.publish("t", "y", "k")).hasMessageContaining("idempotency key");
    }

    @Test
    @DisplayName("B16: a client recovers on another node, also when that had published a part of the topic itself")
    void recovery() {
        Position first = a.publish("t", "m1").position();
        b.publish("t", "m2");
        a.publish("t", "m3");
        b.publish("t", "m4");
        try (BrokerNode.Reader onB = b.read("t", first)) {
            assertThat(onB.recovered()).isTrue();
            assertThat(onB.seen()).containsExactly("m2", "m3", "m4");
        }
        a.publish("t", "m5");
        try (BrokerNode.Reader onB = b.read("t", first)) {
            assertThat(onB.recovered()).isTrue();
            assertThat(onB.seen()).containsExactly("m2", "m3", "m4", "m5");
        }
        assertThat(b.history("t", first).slice().entries()).containsExactly("m2", "m3", "m4", "m5");
    }

    @Test
    @DisplayName("G8: who wants topics by name gets those there are, and those to come, from their first message")
    void wishes() {
        a.publish("x.old", "before");
        Map<String, PositionedStream<String>> known = new ConcurrentHashMap<>();
        b.broker.watch(new TopicListener<>() {
            @Override
            public void appeared(String topic, PositionedStream<String> stream, boolean isNew) {
                assertThat(isNew).isEqualTo(topic.contains("new"));
                known.put(topic, stream);
            }

            @Override
            public void gone(String topic, PositionedStream<String> stream) {
                known.remove(topic, stream);
            }
        });
        Interest interest = join(b.broker.want(name -> name.startsWith("x.")));
        assertThat(known).containsOnlyKeys("x.old");
        a.publish("x.old", "after");
        a.publish("y.new", "unwanted");
        for (int i = 0; i < 50; i++) {
            a.publish("x.new" + i, "first");
            a.publish("x.new" + i, "second");
        }
        until(() -> known.size() == 51);
        until(() -> known.values().stream().allMatch(stream -> stream.end() == 2));
        assertThat(known.get("x.new7").read(0, 10).entries()).containsExactly("first", "second");
        assertThat(known.get("x.old").read(0, 10).entries()).containsExactly("before", "after");
        interest.end();
        interest.end();
        a.publish("x.new.later", "unwanted");
        assertThat(known).doesNotContainKey("x.new.later");
    }

    @Test
    @DisplayName(
            "B16: the server that took over had not all there was: that is another life, and nobody is given the wrong entries")
    void fork() {
        try (BrokerNode.Reader onA = a.read("t")) {
            IntStream.rangeClosed(1, 5).forEach(i -> a.publish("t", "m" + i));
            until(() -> onA.seen().size() == 5);
            Position fifth = onA.position();
            // As a replica has it that was two entries behind, and took others since.
            join(a.node.link.call(redis -> redis.xdel(a.node.link.keys().of("log", "t"), "4-0", "5-0")));
            join(a.node.link.call(redis -> redis.del(a.node.link.keys().of("log", "t"))));
            join(a.node.link.call(redis -> redis.hset(a.node.link.keys().of("topic", "t"), "offset", Script.bytes(3))));
            b.publish("t", "other4");
            b.publish("t", "other5");
            try (BrokerNode.Reader again = a.read("t", fifth)) {
                assertThat(again.position().epoch()).isNotEqualTo(fifth.epoch());
            }
            until(() -> !onA.gaps().isEmpty());
            assertThat(onA.gaps()).containsExactly("unknown");
            a.publish("t", "m6");
            until(() -> onA.seen().contains("m6"));
            assertThat(b.history("t", fifth).slice().complete()).isFalse();
        }
    }
}
