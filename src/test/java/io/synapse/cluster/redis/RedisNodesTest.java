package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;
import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.cluster.PostException;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisNodesTest {

    private static final Duration LEASE = Duration.ofSeconds(1);
    private static RedisServer redis;

    @BeforeAll
    static void start() {
        redis = RedisServer.run();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    private static RedisNodes member(TestNode node) {
        return new RedisNodes(node.link, node.name, LEASE, Ticker.system(), node.timers);
    }

    @Test
    @DisplayName("G5, B10: nodes see each other; one that is not heard of any more is lost, one that leaves is not")
    void leases() {
        String prefix = TestNode.prefix();
        Queue<String> lost = new ConcurrentLinkedQueue<>();
        try (TestNode a = TestNode.connected("a", redis.uri(), prefix);
                TestNode b = TestNode.connected("b", redis.uri(), prefix);
                TestNode c = TestNode.connected("c", redis.uri(), prefix)) {
            RedisNodes ofA = member(a);
            RedisNodes ofB = member(b);
            RedisNodes ofC = member(c);
            ofA.watch(new Nodes.Watcher() {
                @Override
                public void lost(String node) {
                    lost.add(node);
                }
            });
            ofA.start();
            ofB.start();
            ofC.start();
            until(() -> ofA.live().equals(Set.of("a", "b", "c")));
            assertThat(ofA.holdsLease()).isTrue();
            join(ofC.leave());
            until(() -> ofA.live().equals(Set.of("a", "b")));
            ofB.close();
            until(() -> lost.contains("b"));
            assertThat(ofA.live()).containsExactly("a");
            assertThat(lost).doesNotContain("c");
        }
    }

    @Test
    @DisplayName("B10: a node whose lease had run out knows that others may have cleaned up behind it")
    void lapsed() {
        String prefix = TestNode.prefix();
        Queue<String> told = new ConcurrentLinkedQueue<>();
        try (TestNode a = TestNode.connected("a", redis.uri(), prefix)) {
            RedisNodes nodes = member(a);
            nodes.watch(new Nodes.Watcher() {
                @Override
                public void lapsed() {
                    told.add("lapsed");
                }

                @Override
                public void renewed() {
                    told.add("renewed");
                }
            });
            nodes.start();
            until(() -> told.contains("renewed"));
            assertThat(told).doesNotContain("lapsed");
            join(a.link.call(commands -> commands.zadd(a.link.keys().of("nodes"), 1.0, Script.bytes("a"))));
            until(() -> told.contains("lapsed"));
        }
    }

    @Test
    @DisplayName("B2, B10: nodes ask each other; whoever is not there does not answer")
    void post() {
        String prefix = TestNode.prefix();
        try (TestNode a = TestNode.connected("a", redis.uri(), prefix);
                TestNode b = TestNode.connected("b", redis.uri(), prefix)) {
            Queue<String> heard = new ConcurrentLinkedQueue<>();
            RedisPost ofA = new RedisPost(a.link, "a", new RandomIds(), a.timers, a.counters);
            RedisPost ofB = new RedisPost(b.link, "b", new RandomIds(), b.timers, b.counters);
            ofB.on("echo", (from, body) -> CompletableFuture.completedFuture(from + " said\n" + body));
            ofB.on("note", (from, body) -> {
                heard.add(body);
                return Post.Handler.NOTHING;
            });
            ofB.on("fail", (from, body) -> {
                throw new IllegalStateException("no, " + body);
            });
            ofA.on("note", (from, body) -> {
                heard.add("a heard itself");
                return Post.Handler.NOTHING;
            });
            ofA.start();
            ofB.start();
            until(() -> ofA.ask("b", "echo", "x", Duration.ofMillis(200))
                    .handle((text, failure) -> failure == null)
                    .toCompletableFuture()
                    .join());
            assertThat(join(ofA.ask("b", "echo", "one\ntwo\n", LEASE))).isEqualTo("a said\none\ntwo\n");
            for (int i = 0; i < 1000; i++) {
                ofA.tell("b", "note", "n" + i);
            }
            until(() -> heard.size() == 1000);
            assertThat(heard)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 1000).mapToObj(i -> "n" + i).toList());
            ofA.tellOthers("note", "all");
            until(() -> heard.contains("all"));
            assertThat(heard).doesNotContain("a heard itself");
            assertThatThrownBy(() -> join(ofA.ask("b", "fail", "x", LEASE)))
                    .hasRootCauseInstanceOf(PostException.class)
                    .hasMessageContaining("no, x");
            assertThatThrownBy(() -> join(ofA.ask("nobody", "echo", "x", Duration.ofMillis(100))))
                    .hasMessageContaining("nobody");
        }
    }
}
