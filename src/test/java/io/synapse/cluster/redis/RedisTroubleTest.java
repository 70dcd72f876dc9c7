package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;
import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.platform.Counter;
import io.synapse.stream.Broker.Published;
import io.synapse.stream.BrokerException;
import io.synapse.stream.Position;
import io.synapse.testing.FaultyLink;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topics while Redis is in trouble: node a is behind a link with faults, node b is not. */
@Timeout(120)
class RedisTroubleTest {

    private RedisServer redis;
    private FaultyLink link;
    private BrokerNode a;
    private BrokerNode b;
    private final String prefix = TestNode.prefix();

    @BeforeEach
    void start() {
        redis = RedisServer.run();
        link = new FaultyLink(redis.port());
        a = BrokerNode.connected("a", "redis://127.0.0.1:" + link.port(), prefix);
        b = BrokerNode.connected("b", redis.uri(), prefix);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        link.close();
        redis.close();
    }

    @Test
    @DisplayName(
            "G8, B16: a node that was cut off goes on by itself, then returns and has everything, and says nothing of loss")
    void cutOff() {
        try (BrokerNode.Reader onA = a.read("t")) {
            a.publish("t", "m1");
            link.breakOff();
            until(() -> !a.node.link.isUp());
            Published local = a.publish("t", "here");
            assertThat(local.local()).isTrue();
            assertThat(local.position().offset()).isEqualTo(1);
            until(() -> onA.seen().contains("here"));
            Position there = onA.position();
            assertThat(a.publish("t", "here2", "k").local()).isTrue();
            assertThat(a.publish("t", "here2", "k").duplicate()).isTrue();
            b.publish("t", "m2");
            b.publish("t", "m3");
            link.heal();
            until(() -> onA.seen().contains("m3"));
            Published back = a.publish("t", "m4");
            assertThat(back.local()).isFalse();
            assertThat(back.position().offset()).isEqualTo(4);
            until(() -> onA.seen().contains("m4"));
            assertThat(onA.seen()).containsExactly("m1", "here", "here2", "m2", "m3", "m4");
            assertThat(onA.gaps()).isEmpty();
            try (BrokerNode.Reader again = a.read("t", there);
                    BrokerNode.Reader elsewhere = b.read("t", there)) {
                assertThat(again.recovered()).as("this node remembers").isTrue();
                assertThat(again.seen()).containsExactly("here2", "m2", "m3", "m4");
                assertThat(elsewhere.recovered())
                        .as("where it left the life of all")
                        .isTrue();
                assertThat(elsewhere.seen()).containsExactly("m2", "m3", "m4");
            }
            assertThat(a.history("t", there).slice().entries()).containsExactly("here2");
            assertThat(b.history("t", there).slice().entries()).containsExactly("m2", "m3", "m4");
        }
    }

    @Test
    @DisplayName("B16: what went by while a node was cut off, and is kept no more, is told as a gap that counts")
    void goneMeanwhile() {
        try (BrokerNode.Reader onA = a.read("t")) {
            a.publish("t", "m1");
            until(() -> onA.seen().size() == 1);
            link.breakOff();
            until(() -> !a.node.link.isUp());
            IntStream.rangeClosed(1, 1200).forEach(i -> b.publish("t", "x" + i));
            link.heal();
            until(() -> onA.seen().contains("x1200"));
            assertThat(onA.gaps()).containsExactly("200");
            assertThat(onA.seen()).hasSize(1001);
        }
    }

    @Test
    @DisplayName(
            "B16: Redis restarted empty: subscribers are told that something may be lost, and go on in the new life")
    void restartedEmpty() {
        try (BrokerNode.Reader onA = a.read("t");
                BrokerNode.Reader onB = b.read("t")) {
            a.publish("t", "m1");
            until(() -> onA.seen().size() == 1 && onB.seen().size() == 1);
            Position before = onA.position();
            redis.kill();
            until(() -> !a.node.link.isUp() && !b.node.link.isUp());
            redis.start();
            until(() -> !onA.gaps().isEmpty() && !onB.gaps().isEmpty());
            a.publish("t", "m2");
            until(() -> onA.seen().contains("m2") && onB.seen().contains("m2"));
            assertThat(onA.gaps()).containsExactly("unknown");
            assertThat(onB.gaps()).containsExactly("unknown");
            assertThat(onA.position().epoch()).isNotEqualTo(before.epoch());
            assertThat(onA.position().offset()).isEqualTo(1);
            assertThat(onA.position()).isEqualTo(onB.position());
            assertThat(a.history("t", before).slice().complete()).isFalse();
            assertThat(a.node.counters.get(Counter.TOPICS_BROKEN)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("B7: a publication whose answer got lost is published once, by the node's own attempts")
    void lostAnswer() {
        try (BrokerNode.Reader onB = b.read("t")) {
            a.publish("t", "m1");
            link.silenceAnswers();
            CompletableFuture<Published> unknown =
                    a.broker.publish("t", "m2", Optional.empty()).toCompletableFuture();
            until(() -> onB.seen().contains("m2"));
            assertThat(unknown).isNotDone();
            link.breakOff();
            link.heal();
            assertThat(join(unknown))
                    .isEqualTo(new Published(new Position(onB.position().epoch(), 2), false));
            b.publish("t", "m3");
            until(() -> onB.seen().contains("m3"));
            assertThat(onB.seen()).containsExactly("m1", "m2", "m3");
        }
    }

    @Test
    @DisplayName("B7: an outcome that stays unknown is said to be: not done, not local, but unavailable")
    void unknownForGood() {
        a.publish("t", "m1");
        link.silenceAnswers();
        assertThatThrownBy(() -> a.publish("t", "m2", "k"))
                .hasCauseInstanceOf(BrokerException.class)
                .hasMessageContaining("did not say");
        link.breakOff();
        link.heal();
        until(a.node.link::isUp);
        assertThat(a.publish("t", "m2", "k").duplicate())
                .as("it was done after all")
                .isTrue();
    }

    @Test
    @DisplayName("G9: Redis is full: topics go on on this node, and in Redis again as soon as there is room")
    void full() {
        try (BrokerNode.Reader onA = a.read("t")) {
            a.publish("t", "m1");
            until(() -> onA.seen().size() == 1);
            join(b.node.link.call(commands -> commands.configSet("maxmemory", "1")));
            assertThat(a.publish("t", "m2").local()).isTrue();
            until(() -> onA.seen().contains("m2"));
            join(b.node.link.call(commands -> commands.configSet("maxmemory", "0")));
            until(() -> !a.publish("t", "later").local());
            until(() -> onA.position().epoch().equals(b.history("t", null).end().epoch()));
            assertThat(onA.gaps()).isEmpty();
        }
    }

    @Test
    @DisplayName("G8: publications may be refused while Redis is away")
    void refuse() {
        BrokerNode strict =
                new BrokerNode(TestNode.connected("c", "redis://127.0.0.1:" + link.port(), TestNode.prefix()), false);
        try (strict) {
            strict.publish("t", "m1");
            link.breakOff();
            until(() -> !strict.node.link.isUp());
            assertThatThrownBy(() -> strict.publish("t", "m2"))
                    .hasCauseInstanceOf(BrokerException.class)
                    .hasMessageContaining("away");
        }
    }

    @Test
    @DisplayName("G9: Redis down at the start: topics are of this node, and of all as soon as it is there")
    void downAtStart() {
        link.breakOff();
        try (BrokerNode late = new BrokerNode(TestNode.at("c", "redis://127.0.0.1:" + link.port(), prefix))) {
            try (BrokerNode.Reader reader = late.read("t")) {
                assertThat(late.publish("t", "alone").local()).isTrue();
                until(() -> reader.seen().contains("alone"));
                b.publish("t", "before");
                link.heal();
                until(() -> !reader.gaps().isEmpty());
                b.publish("t", "after");
                until(() -> reader.seen().contains("after"));
                assertThat(reader.seen()).containsExactly("alone", "after");
                assertThat(reader.gaps()).containsExactly("unknown");
            }
        }
    }

    @Test
    @DisplayName("G9: a slow Redis delays, but loses and doubles nothing")
    void slow() {
        try (BrokerNode.Reader onA = a.read("t")) {
            link.slow(Duration.ofMillis(100));
            List<CompletableFuture<Published>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(a.broker.publish("t", "m" + i, Optional.empty()).toCompletableFuture());
            }
            all.forEach(TestNode::join);
            until(() -> onA.seen().size() == 50);
            assertThat(onA.seen())
                    .isEqualTo(IntStream.range(0, 50).mapToObj(i -> "m" + i).toList());
        }
    }

    @Test
    @DisplayName("G8: the connection breaks again and again while others publish: everything comes once, in order")
    void storm() {
        List<BrokerNode.Reader> readers = new ArrayList<>();
        for (int t = 0; t < 40; t++) {
            readers.add(a.read("t" + t));
        }
        for (int round = 0; round < 10; round++) {
            int now = round;
            IntStream.range(0, 40).forEach(t -> b.publish("t" + t, "m" + now));
            link.breakOff();
            link.heal();
            IntStream.range(0, 40).forEach(t -> b.publish("t" + t, "n" + now));
        }
        List<String> expected = IntStream.range(0, 10)
                .boxed()
                .flatMap(round -> List.of("m" + round, "n" + round).stream())
                .toList();
        for (BrokerNode.Reader reader : readers) {
            until(() -> reader.seen().size() >= 20);
            assertThat(reader.seen()).isEqualTo(expected);
            assertThat(reader.gaps()).isEmpty();
            reader.close();
        }
    }
}
