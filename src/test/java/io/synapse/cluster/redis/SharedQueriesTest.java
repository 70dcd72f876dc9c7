package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.QueryNode.id;
import static io.synapse.cluster.redis.QueryNode.request;
import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.platform.Counter;
import io.synapse.protocol.OnDisconnect;
import io.synapse.query.InterruptManager.Signal;
import io.synapse.query.QueryService.Submission;
import io.synapse.query.QueryViewer;
import io.synapse.query.Reached;
import io.synapse.query.StopOutcome;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes of one Redis. */
@Timeout(120)
class SharedQueriesTest {

    private final RedisServer redis = RedisServer.run();
    private final String prefix = TestNode.prefix();
    private QueryNode a;
    private QueryNode b;

    @BeforeEach
    void start() {
        a = new QueryNode("a", redis.uri(), prefix);
        b = new QueryNode("b", redis.uri(), prefix);
        until(() -> a.nodes.live().size() == 2 && b.nodes.live().size() == 2);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    private static long seq(String thought) {
        String after = thought.substring(thought.indexOf("\"seq\":") + 6);
        return Long.parseLong(after.substring(0, after.indexOf(',')));
    }

    private static List<Long> seqs(QueryNode.Client client) {
        return client.texts("thought").stream().map(SharedQueriesTest::seq).toList();
    }

    private static List<Long> upTo(long from, long to) {
        List<Long> all = new ArrayList<>();
        for (long seq = from; seq <= to; seq++) {
            all.add(seq);
        }
        return all;
    }

    @Test
    @DisplayName(
            "B1: a client that comes back on another node has every thought once, whichever was its last, and the result")
    void everySeq() throws Exception {
        int thoughts = 12;
        for (int cut = 0; cut <= thoughts; cut++) {
            String ref = "q" + cut;
            QueryNode.Client first = a.client();
            assertThat(first.ask(ref)).isEqualTo(Submission.STARTED);
            for (int i = 0; i < cut; i++) {
                a.think(ref, "t" + i);
            }
            int had = cut;
            until(() -> first.texts("thought").size() == had);
            first.gone();
            QueryNode.Client second = b.client();
            second.resume(ref, cut);
            for (int i = cut; i < thoughts; i++) {
                a.think(ref, "t" + i);
            }
            a.end(ref);
            String result = second.result();
            assertThat(seqs(second)).as("cut at %d", cut).isEqualTo(upTo(cut + 1L, thoughts));
            assertThat(result).contains("\"status\":\"success\"").contains("\"last_seq\":" + thoughts);
            assertThat(second.texts("result")).hasSize(1);
            // Byte for byte what the owner's own clients are sent.
            QueryNode.Client own = a.client();
            own.resume(ref, cut);
            own.result();
            assertThat(second.transport.texts()).isEqualTo(own.transport.texts());
        }
        assertThat(b.runs).hasValue(0);
    }

    @Test
    @DisplayName("B1: what has ended is had on another node, also when its own has gone")
    void ended() throws Exception {
        a.client().ask("q");
        a.think("q", "x\ty\n\u00e4\u20ac\ud83d\ude00");
        a.contexts.get("q").progress(40, "half");
        a.end("q");
        until(() -> b.reach("q") == Reached.HERE && b.service.lastSeq(id("q")) == 2);
        QueryNode.Client client = b.client();
        client.resume("q", 0);
        assertThat(client.result()).contains("done");
        assertThat(client.events()).containsExactly("thought", "thought", "result");
        assertThat(client.texts("thought").get(0)).contains("x\\ty\\n\u00e4\u20ac\ud83d\ude00");
        assertThat(b.reach("other")).isEqualTo(Reached.UNKNOWN);
    }

    @Test
    @DisplayName("B7: nodes that are asked the same in the same moment run it once; something else is refused")
    void claims() throws Exception {
        CyclicBarrier start = new CyclicBarrier(2);
        for (int round = 0; round < 30; round++) {
            String ref = "q" + round;
            QueryNode.Client first = a.client();
            QueryNode.Client second = b.client();
            CompletableFuture<Submission> there = CompletableFuture.supplyAsync(() -> {
                await(start);
                return second.ask(ref);
            });
            await(start);
            assertThat(List.of(first.ask(ref), there.get(20, TimeUnit.SECONDS)))
                    .containsExactlyInAnyOrder(Submission.STARTED, Submission.ATTACHED);
            until(() -> a.answers.containsKey(ref) || b.answers.containsKey(ref));
            (a.answers.containsKey(ref) ? a : b).end(ref);
            assertThat(first.result()).isEqualTo(second.result());
            assertThat(b.client().ask(request(ref, "what?", OnDisconnect.CONTINUE), 0))
                    .isEqualTo(Submission.REF_IN_USE);
        }
        assertThat(a.runs.get() + b.runs.get()).isEqualTo(30);
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @DisplayName("B2, B3: an interrupt on another node stops the query, and is acknowledged in its place in the stream")
    void interrupts() throws Exception {
        for (int round = 0; round < 20; round++) {
            String ref = "q" + round;
            QueryNode.Client asker = a.client();
            asker.ask(ref);
            QueryNode.Client other = b.client();
            QueryViewer viewer = other.resume(ref, 0);
            for (int i = 0; i < 20; i++) {
                a.think(ref, "t" + i);
            }
            CompletableFuture<StopOutcome> outcome = new CompletableFuture<>();
            Queue<Integer> before = new ConcurrentLinkedQueue<>();
            CompletableFuture<Signal> signal = new CompletableFuture<>();
            b.service.stop(
                    id(ref),
                    "enough",
                    stopped -> {
                        before.add(other.texts("thought").size());
                        before.add(other.texts("interrupted").size());
                        outcome.complete(stopped);
                    },
                    signal::complete);
            StopOutcome stopped = TestNode.join(outcome);
            assertThat(signal).isCompletedWithValue(Signal.SIGNALLED);
            assertThat(stopped.stopped()).isTrue();
            assertThat(stopped.lastSeq()).isEqualTo(20);
            assertThat(other.result()).contains("\"status\":\"interrupted\"").contains("enough");
            assertThat(before).containsExactly(20, 0);
            assertThat(seqs(other)).isEqualTo(upTo(1, 20));
            assertThat(asker.result()).isEqualTo(other.result());
            assertThat(viewer.isDetached()).isTrue();
            CompletableFuture<Signal> again = new CompletableFuture<>();
            b.service.stop(id(ref), "again", ignored -> {}, again::complete);
            assertThat(TestNode.join(again)).isEqualTo(Signal.SIGNALLED);
        }
        a.client().ask("done");
        a.end("done");
        until(() -> b.reach("done") == Reached.HERE && a.node.counters.get(Counter.QUERIES_SUCCEEDED) == 1);
        CompletableFuture<Signal> late = new CompletableFuture<>();
        b.service.stop(id("done"), "late", ignored -> {}, late::complete);
        assertThat(TestNode.join(late)).isEqualTo(Signal.ALREADY_FINISHED);
    }

    @Test
    @DisplayName("B10: the queries of a node that is killed end once with node_lost, wherever their clients are")
    void killed() throws Exception {
        QueryNode c = new QueryNode("c", redis.uri(), prefix);
        try {
            QueryNode.Client gone = a.client();
            gone.ask("q");
            QueryNode.Client follower = b.client();
            follower.resume("q", 0);
            a.think("q", "one");
            a.think("q", "two");
            until(() -> seqs(follower).equals(List.of(1L, 2L)));
            until(() -> b.nodes.live().size() == 3);
            // Whoever has been without Redis shortly gives others the time to renew their leases.
            a.kill();
            String result = follower.result();
            assertThat(result)
                    .contains("\"status\":\"error\"")
                    .contains("\"reason\":\"node_lost\"")
                    .contains("\"last_seq\":2");
            // One that has seen more than was written before the end.
            QueryNode.Client ahead = c.client();
            ahead.resume("q", 7);
            assertThat(ahead.result()).isEqualTo(result);
            assertThat(ahead.events()).containsExactly("result");
            // Asking again has the same result, and does not run it.
            QueryNode.Client again = c.client();
            assertThat(again.ask("q")).isEqualTo(Submission.ATTACHED);
            assertThat(again.result()).isEqualTo(result);
            until(() -> b.node.counters.get(Counter.QUERIES_LOST) + c.node.counters.get(Counter.QUERIES_LOST) == 1);
            assertThat(follower.texts("result")).hasSize(1);
            assertThat(c.runs).hasValue(0);
        } finally {
            c.close();
        }
    }

    @Test
    @DisplayName(
            "B10: a node that learns that it was taken for lost ends its queries likewise, and writes nothing more")
    void lapsed() throws Exception {
        QueryNode.Client asker = a.client();
        asker.ask("q");
        a.think("q", "one");
        until(() -> b.reach("q") == Reached.HERE && b.service.lastSeq(id("q")) == 1);
        assertThat(TestNode.join(b.directory.endAllOf("a"))).isEqualTo(1);
        assertThat(TestNode.join(b.directory.endAllOf("a"))).isZero();
        // It learns it when it writes, if not before.
        a.think("q", "two");
        assertThat(asker.result()).contains("node_lost").contains("\"last_seq\":2");
        QueryNode.Client other = b.client();
        other.resume("q", 0);
        assertThat(other.result()).contains("node_lost").contains("\"last_seq\":1");
        assertThat(asker.texts("result")).hasSize(1);
    }

    @Test
    @DisplayName(
            "B2: followers on other nodes keep a query from being abandoned, also those of a node that dies, for a lease")
    void cancelAfter() throws Exception {
        OnDisconnect rule = OnDisconnect.cancelAfter(Duration.ofMillis(300));
        QueryNode.Client asker = a.client();
        asker.ask(request("q", "why?", rule), 0);
        a.think("q", "one");
        QueryNode.Client follower = b.client();
        QueryViewer viewer = follower.resume("q", 0);
        until(() -> seqs(follower).equals(List.of(1L)));
        asker.gone();
        // Three leases: it has to be said again that somebody follows.
        long until = System.nanoTime() + QueryNode.LEASE.multipliedBy(3).toNanos();
        until(() -> System.nanoTime() > until);
        a.think("q", "two");
        until(() -> seqs(follower).equals(List.of(1L, 2L)));
        viewer.detach();
        until(() -> a.node.counters.get(Counter.QUERIES_INTERRUPTED) == 1);

        a.client().ask(request("r", "why?", rule), 0);
        QueryNode.Client lost = b.client();
        lost.resume("r", 0);
        b.kill();
        until(() -> a.node.counters.get(Counter.QUERIES_INTERRUPTED) == 1);
    }

    @Test
    @DisplayName("B10: without Redis queries begin and go on; when it is back, empty, everything is shared again")
    void redisAway() throws Exception {
        a.client().ask("kept");
        a.end("kept");
        QueryNode.Client before = a.client();
        before.ask("before");
        a.think("before", "one");
        redis.kill();
        until(() -> !a.node.link.isUp() && !b.node.link.isUp());
        a.think("before", "two");
        QueryNode.Client during = a.client();
        assertThat(during.ask("during")).isEqualTo(Submission.STARTED);
        a.think("during", "one");
        until(() -> seqs(during).equals(List.of(1L)));
        assertThat(b.reach("before")).isEqualTo(Reached.UNREACHABLE);
        redis.start();
        until(() -> a.node.link.isUp() && b.node.link.isUp());
        for (String ref : List.of("kept", "before", "during")) {
            until(() -> b.reach(ref) == Reached.HERE);
        }
        QueryNode.Client other = b.client();
        other.resume("before", 0);
        until(() -> seqs(other).equals(List.of(1L, 2L)));
        a.think("before", "three");
        a.end("before");
        a.end("during");
        assertThat(other.result()).contains("success");
        assertThat(seqs(other)).isEqualTo(upTo(1, 3));
        assertThat(before.result()).isEqualTo(other.result());
        assertThat(during.result()).contains("success");
        assertThat(b.runs).hasValue(0);
    }
}
