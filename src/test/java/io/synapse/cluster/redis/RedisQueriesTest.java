package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;
import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.platform.Counter;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.query.QueryDirectory.Claim;
import io.synapse.query.QueryDirectory.Outcome;
import io.synapse.query.QueryDirectory.Reader;
import io.synapse.query.QueryDirectory.Shared;
import io.synapse.query.QueryDirectory.Written;
import io.synapse.query.QueryEvent;
import io.synapse.query.QueryEvent.InterruptedEvent;
import io.synapse.query.QueryEvent.ProgressEvent;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.query.QueryEvent.ThoughtEvent;
import io.synapse.query.QueryFacts;
import io.synapse.query.QueryId;
import io.synapse.query.QueryStatus;
import io.synapse.query.WrittenEvents;
import io.synapse.stream.PositionedStream.Following;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a directory of queries must do, with two nodes. */
@Timeout(60)
class RedisQueriesTest {

    private static RedisServer redis;

    private final String prefix = TestNode.prefix();
    private final TestNode nodeA = TestNode.connected("a", redis.uri(), prefix);
    private final TestNode nodeB = TestNode.connected("b", redis.uri(), prefix);
    private final RedisQueries a = queries(nodeA);
    private final RedisQueries b = queries(nodeB);

    @BeforeAll
    static void start() {
        redis = RedisServer.run();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @AfterEach
    void end() {
        nodeA.close();
        nodeB.close();
    }

    private static RedisQueries queries(TestNode node) {
        return new RedisQueries(node.link, node.name, Duration.ofMinutes(1), Duration.ofMinutes(5), node.counters);
    }

    private static QueryId id(String ref) {
        return new QueryId("t{1}:", "a:g", ref);
    }

    private static QueryFacts facts(String digest) {
        return new QueryFacts(
                digest,
                Optional.of("ann"),
                Optional.empty(),
                false,
                true,
                Instant.ofEpochMilli(System.currentTimeMillis()),
                Duration.ofSeconds(30));
    }

    private static QueryEvent thought(String text) {
        return new ThoughtEvent("te\txt", text, OptionalDouble.of(0.25), 7, 8);
    }

    private static ResultEvent result(long lastSeq) {
        RawJson data = RawJson.of(Payloads.of("answer", "4\t\n\u00e4"));
        return new ResultEvent(
                QueryStatus.SUCCESS, data, lastSeq, Payloads.result("q", "success", data, 9, lastSeq, false), 99, 9);
    }

    private Shared fetch(RedisQueries queries, String ref, long after) {
        return join(queries.fetch(id(ref), after)).orElseThrow();
    }

    @Test
    @DisplayName("B1, B7: one node has a query; another is told what there is, in order, from any offset")
    void shares() {
        assertThat(join(b.fetch(id("q"), 0))).isEmpty();
        assertThat(join(b.claim(id("q"), facts("x"), false))).isEqualTo(Claim.UNKNOWN);
        assertThat(join(a.append(id("q"), 1, List.of())).outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(join(a.claim(id("q"), facts("x"), true))).isEqualTo(Claim.MINE);
        assertThat(join(a.claim(id("q"), facts("x"), true))).isEqualTo(Claim.MINE);
        assertThat(join(b.claim(id("q"), facts("x"), true))).isEqualTo(Claim.KNOWN);
        assertThat(join(b.claim(id("q"), facts("y"), true))).isEqualTo(Claim.OTHER_QUESTION);
        List<QueryEvent> all = List.of(
                thought("1:x\t\u20ac\ud83d\ude00"),
                thought(""),
                new ProgressEvent(OptionalInt.of(40), "half\tway", 3, 4),
                new ProgressEvent(OptionalInt.empty(), "", 3, 4),
                new InterruptedEvent("en\tough", 5));
        assertThat(join(a.append(id("q"), 1, all.subList(0, 2)))).isEqualTo(new Written(Outcome.WRITTEN, 2));
        // What is there stays; what is missing is asked for.
        assertThat(join(a.append(id("q"), 2, all.subList(1, 5)))).isEqualTo(new Written(Outcome.WRITTEN, 5));
        assertThat(join(a.append(id("q"), 9, List.of(thought("9"))))).isEqualTo(new Written(Outcome.WRITTEN, 5));
        assertThat(join(b.append(id("q"), 6, List.of(thought("no")))).outcome()).isEqualTo(Outcome.NOT_MINE);
        Shared found = fetch(b, "q", 0);
        assertThat(found.events()).isEqualTo(all);
        assertThat(found.owner()).isEqualTo("a");
        assertThat(found.facts().subject()).contains("ann");
        assertThat(fetch(b, "q", 3).events()).isEqualTo(all.subList(3, 5));
        assertThat(fetch(b, "q", 5).events()).isEmpty();
        assertThat(join(a.append(id("q"), 6, List.of(result(4)))).end()).isEqualTo(6);
        assertThat(join(a.append(id("q"), 7, List.of(thought("late")))).outcome())
                .isEqualTo(Outcome.ENDED);
        Shared ended = fetch(b, "q", 5);
        assertThat(ended.hasEnded()).isTrue();
        ResultEvent told = (ResultEvent) ended.events().get(0);
        assertThat(RawJson.of(told.body())).isEqualTo(RawJson.of(result(4).body()));
        assertThat(WrittenEvents.write(told)).isEqualTo(WrittenEvents.write(result(4)));
        assertThat(join(a.claim(id("q"), facts("x"), true))).isEqualTo(Claim.KNOWN);
        for (String key : keys()) {
            Long left = join(nodeA.link.call(commands -> commands.pttl(key)));
            assertThat(left).as(key).isPositive();
        }
    }

    private List<String> keys() {
        return join(nodeA.link.call(commands -> commands.keys(prefix + ":*")));
    }

    @Test
    @DisplayName("B1: more than one part is fetched part by part")
    void parts() {
        join(a.claim(id("q"), facts("x"), true));
        for (int batch = 0; batch < 6; batch++) {
            int first = batch * 200 + 1;
            join(a.append(
                    id("q"),
                    first,
                    IntStream.range(first, first + 200)
                            .mapToObj(i -> thought("t" + i))
                            .toList()));
        }
        Shared some = fetch(b, "q", 0);
        assertThat(some.end()).isEqualTo(1200);
        assertThat(some.events()).hasSizeBetween(1, 1199);
        assertThat(fetch(b, "q", some.events().size()).events().get(0))
                .isEqualTo(thought("t" + (some.events().size() + 1)));
    }

    @Test
    @DisplayName("B6: who follows is told of everything that is written, in order")
    void follows() {
        join(a.claim(id("q"), facts("x"), true));
        Queue<String> told = new ConcurrentLinkedQueue<>();
        CompletableFuture<Void> looks = new CompletableFuture<>();
        Following following = b.follow(id("q"), new Reader() {
            @Override
            public void news(String owner, long first, List<QueryEvent> events) {
                told.add(owner + first + "+" + events.size());
            }

            @Override
            public void look() {
                looks.complete(null);
            }
        });
        join(looks);
        join(a.append(id("q"), 1, List.of(thought("1"), thought("2"))));
        join(a.append(id("q"), 1, List.of(thought("1"), thought("2"), thought("3"))));
        until(() -> told.size() == 2);
        assertThat(told).containsExactly("a1+2", "a3+1");
        a.forget(id("q"));
        until(() -> told.contains("a0+0"));
        following.end();
        assertThat(join(b.fetch(id("q"), 0))).isEmpty();
        until(() -> keys().isEmpty());
    }

    @Test
    @DisplayName("B10: the queries of a lost node are ended once, whoever does it; it cannot write any more")
    void ends() {
        for (int i = 0; i < 120; i++) {
            join(a.claim(id("q" + i), facts("x"), true));
        }
        join(a.append(id("q1"), 1, List.of(thought("1"), thought("2"))));
        join(a.append(id("q2"), 1, List.of(thought("1"), new InterruptedEvent("enough", 1))));
        join(a.append(id("q3"), 1, List.of(result(0))));
        join(b.claim(id("other"), facts("x"), true));
        CompletableFuture<Integer> one = a.endAllOf("a").toCompletableFuture();
        CompletableFuture<Integer> two = b.endAllOf("a").toCompletableFuture();
        assertThat(join(one) + join(two)).isEqualTo(119);
        assertThat(nodeA.counters.get(Counter.QUERIES_LOST) + nodeB.counters.get(Counter.QUERIES_LOST))
                .isEqualTo(119);
        assertThat(fetch(b, "q0", 0).events()).hasSize(1);
        assertThat(((ResultEvent) fetch(b, "q1", 2).events().get(0)).lastSeq()).isEqualTo(2);
        ResultEvent interrupted = (ResultEvent) fetch(b, "q2", 2).events().get(0);
        assertThat(interrupted.lastSeq()).isEqualTo(1);
        assertThat(RawJson.of(interrupted.body()).text())
                .contains("\"ref\":\"q2\",\"status\":\"error\"")
                .contains("\"reason\":\"node_lost\"");
        assertThat(fetch(b, "q3", 0).events()).hasSize(1);
        assertThat(fetch(b, "other", 0).hasEnded()).isFalse();
        assertThat(join(a.append(id("q1"), 3, List.of(thought("3")))).outcome()).isEqualTo(Outcome.ENDED);
        assertThat(join(b.endAllOf("a"))).isZero();
    }

    @Test
    @DisplayName("B10: a query is ended by whoever misses its node, if that has no lease, and not otherwise")
    void endsOne() {
        join(a.claim(id("q"), facts("x"), true));
        String nodes = nodeA.link.keys().of("nodes");
        double later = System.currentTimeMillis() + 60_000.0;
        join(nodeA.link.call(commands -> commands.zadd(nodes, later, Script.bytes("a"))));
        assertThat(join(b.endIfLost(id("q"), "a"))).isFalse();
        assertThat(fetch(b, "q", 0).hasEnded()).isFalse();
        join(nodeA.link.call(commands -> commands.zrem(nodes, Script.bytes("a"))));
        assertThat(join(b.endIfLost(id("q"), "a"))).isTrue();
        assertThat(fetch(b, "q", 0).hasEnded()).isTrue();
        assertThat(join(b.endIfLost(id("none"), "a"))).isTrue();
    }
}
