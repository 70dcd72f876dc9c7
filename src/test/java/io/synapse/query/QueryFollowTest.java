package io.synapse.query;

import static io.synapse.query.QueryFixture.KEPT;
import static io.synapse.query.QueryFixture.NOTHING;
import static io.synapse.query.QueryFixture.config;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.config.OutboxConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.OnDisconnect;
import io.synapse.testing.FakeTransport.Behaviour;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueryFollowTest {

    private static final int THOUGHTS = 60;

    @Test
    @DisplayName("B1: resumed after each seq in turn, the text is the same and no seq comes twice")
    void resumeAfterEverySeq() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            for (int i = 1; i <= THOUGHTS; i++) {
                context.emit(Thought.text("w" + i + " "));
            }
            return Answer.of("x").done();
        })) {
            QueryFixture.Client whole = f.client();
            whole.ask(request("whole"));
            assertThat(whole.result()).contains("success");
            for (int k = 0; k <= THOUGHTS; k++) {
                String ref = "r" + k;
                QueryFixture.Client first =
                        f.client(Behaviour.LATER, new OutboxConfig(1000, 1 << 20, 1 << 19, Duration.ofDays(1)));
                List<QueryViewer> viewers = new ArrayList<>();
                f.service.submit(request(ref), isNew -> viewers.add(first.follow(ref, 0)));
                // One frame at a time: the client has k of them when it is cut.
                int wanted = k;
                if (k > 0) {
                    until(() -> first.texts("thought").size() >= wanted || !first.transport.completeNext());
                    until(() -> {
                        if (first.texts("thought").size() >= wanted) {
                            return true;
                        }
                        first.transport.completeNext();
                        return false;
                    });
                }
                List<String> had = first.texts("thought").subList(0, k);
                viewers.get(0).detach();
                QueryFixture.Client second = f.client();
                second.follow(ref, k);
                assertThat(second.result()).contains("success");
                List<String> together = new ArrayList<>(had);
                together.addAll(second.texts("thought"));
                assertThat(together.stream().map(text -> text.replace('"' + ref + '"', "\"whole\"")))
                        .isEqualTo(whole.texts("thought"));
            }
        }
    }

    @Test
    @DisplayName("B1: a position past the end, even far past it, gives the result only")
    void aPositionPastTheEnd() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            context.emit(Thought.text("x"));
            return Answer.of("x").done();
        })) {
            f.client().ask(request("r"));
            until(() -> f.ended() == 1);
            QueryFixture.Client client = f.client();
            client.follow("r", Long.MAX_VALUE);
            assertThat(client.events()).containsExactly("result");
            assertThat(f.service.follow(id("none"), client.connection, QueryFixture.format(), 0))
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("B1: viewers that never read hold their outbox and nothing more, and slow nobody who reads")
    void viewersThatNeverRead() {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    go.await(10, TimeUnit.SECONDS);
                    for (int i = 0; i < 500; i++) {
                        context.emit(Thought.text("y".repeat(100)));
                    }
                    return Answer.of("x").done();
                },
                config(2, 2, 1000, 1 << 20, 5, 10, 1 << 20))) {
            QueryFixture.Client reader = f.client();
            reader.ask(request("r"));
            List<QueryFixture.Client> stuck = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                QueryFixture.Client client =
                        f.client(Behaviour.NEVER, new OutboxConfig(1000, 10_000, 500, Duration.ofDays(1)));
                client.follow("r", 0);
                stuck.add(client);
            }
            go.countDown();
            assertThat(reader.result()).contains("success");
            assertThat(reader.texts("thought")).hasSize(500);
            assertThat(stuck).allSatisfy(client -> {
                assertThat(client.transport.count()).isEqualTo(1);
                assertThat(client.connection.isOpen()).isTrue();
                assertThat(client.connection.status().toString()).isNotEmpty();
            });
        }
    }

    @Test
    @DisplayName("B1: an engine whose every follower is behind waits, and goes on when they have gone")
    void anEngineWaitsForItsFollowers() {
        AtomicInteger emitted = new AtomicInteger();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    for (int i = 0; i < 500; i++) {
                        context.emit(Thought.text("y".repeat(100)));
                        emitted.incrementAndGet();
                    }
                    return Answer.of("x").done();
                },
                config(2, 2, 1000, 1 << 20, 5, 10, 1 << 20))) {
            QueryFixture.Client stuck =
                    f.client(Behaviour.NEVER, new OutboxConfig(1000, 10_000, 500, Duration.ofDays(1)));
            List<QueryViewer> viewers = new ArrayList<>();
            f.service.submit(request("r"), isNew -> viewers.add(stuck.follow("r", 0)));
            until(() -> emitted.get() > 5);
            assertThat(f.ended()).isZero();
            viewers.get(0).detach();
            until(() -> f.ended() == 1);
            assertThat(emitted).hasValue(500);
            assertThat(emitted.get() - viewers.get(0).position()).isGreaterThan(400);
        }
    }

    @Test
    @DisplayName("B3: an engine that waits for its followers can be interrupted")
    void anEngineThatWaitsIsInterrupted() {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    while (true) {
                        context.emit(Thought.text("y".repeat(100)));
                    }
                },
                config(2, 2, 1000, 1 << 20, 5, 10, 1 << 20))) {
            QueryFixture.Client stuck =
                    f.client(Behaviour.NEVER, new OutboxConfig(1000, 10_000, 500, Duration.ofDays(1)));
            stuck.ask(request("r"));
            until(() -> f.service.lastSeq(id("r")) > 5);
            f.service.interrupt(id("r"), "stop", outcome -> {});
            until(() -> f.count(Counter.QUERIES_INTERRUPTED) == 1);
            until(() -> f.service.status().running() == 0);
        }
    }

    @Test
    @DisplayName("B2: a query goes on without its client by default")
    void continueIsTheDefault() {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture((question, context) -> {
            go.await(10, TimeUnit.SECONDS);
            return Answer.of("x").done();
        })) {
            List<QueryViewer> viewers = new ArrayList<>();
            f.service.submit(request("r"), isNew -> viewers.add(f.client().follow("r", 0)));
            viewers.get(0).detach();
            go.countDown();
            until(() -> f.count(Counter.QUERIES_SUCCEEDED) == 1);
        }
    }

    @Test
    @DisplayName("B2: cancel_after stops a query that nobody follows after its grace, and not if somebody came back")
    void cancelAfterGrace() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            context.pause(Duration.ofDays(1));
            return Answer.of("x").done();
        })) {
            OnDisconnect rule = OnDisconnect.cancelAfter(Duration.ofSeconds(5));
            for (String ref : List.of("left", "back")) {
                List<QueryViewer> viewers = new ArrayList<>();
                f.service.submit(
                        request(ref, 5, rule), isNew -> viewers.add(f.client().follow(ref, 0)));
                viewers.get(0).detach();
            }
            QueryFixture.Client returned = f.client();
            returned.follow("back", 0);
            f.timers.advance(Duration.ofMillis(4999));
            assertThat(f.interrupts.check(id("left"))).isFalse();
            f.timers.advance(Duration.ofMillis(1));
            assertThat(f.interrupts.check(id("left"))).isTrue();
            assertThat(f.interrupts.check(id("back"))).isFalse();
            until(() -> f.count(Counter.QUERIES_INTERRUPTED) == 1);
            assertThat(returned.events()).isEmpty();
        }
    }

    @Test
    @DisplayName("B7: what has ended is kept within a count, within bytes, and for a time")
    void boundsOfWhatIsKept() {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> Answer.of(question.ref().repeat(500)).done(),
                config(1, 100, 100, 1 << 20, 100, 5, 3000))) {
            for (int i = 0; i < 8; i++) {
                String ref = "" + i;
                f.service.submit(request(ref), NOTHING);
                int done = i + 1;
                until(() -> f.ended() == done);
            }
            until(() -> f.service.status().running() == 0);
            QueryService.Status status = f.service.status();
            assertThat(status.kept()).isBetween(3, 5);
            assertThat(status.keptBytes()).isBetween(1L, 3000L);
            assertThat(f.service.exists(id("0"))).isFalse();
            assertThat(f.service.exists(id("7"))).isTrue();
            assertThat(f.interrupts.count()).isEqualTo(status.kept());

            f.timers.advance(KEPT.minusMillis(1));
            assertThat(f.service.exists(id("7"))).isTrue();
            f.timers.advance(Duration.ofMillis(1));
            assertThat(f.service.status().kept()).isZero();
            assertThat(f.service.status().keptBytes()).isZero();
            assertThat(f.service.exists(id("7"))).isFalse();
            assertThat(f.interrupts.count()).isZero();
        }
    }

    @Test
    @DisplayName("B1: a follower whose connection has ended ends nothing but itself")
    void aConnectionThatBreaks() {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture((question, context) -> {
            go.await(10, TimeUnit.SECONDS);
            for (int i = 0; i < 10; i++) {
                context.emit(Thought.text("x"));
            }
            return Answer.of("x").done();
        })) {
            QueryFixture.Client good = f.client();
            good.ask(request("r"));
            QueryFixture.Client broken = f.client(Behaviour.FAILS);
            broken.follow("r", 0);
            QueryFixture.Client worse = f.client(Behaviour.THROWS);
            worse.follow("r", 0);
            go.countDown();
            assertThat(good.result()).contains("success");
            assertThat(good.texts("thought")).hasSize(10);
            assertThat(broken.connection.isOpen()).isFalse();
            assertThat(worse.connection.isOpen()).isFalse();
            assertThat(good.transport.aborts()).doesNotContain(CloseReason.INTERNAL);
        }
    }

    @Test
    @DisplayName("B5: a slow reader gets neighbouring pieces of text as one, and the same text; steps stay as they are")
    void aSlowReaderGetsMergedText() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture((question, context) -> {
            go.await(10, TimeUnit.SECONDS);
            for (int i = 1; i <= 900; i++) {
                context.emit(
                        i % 300 == 0
                                ? new Thought("step", "s" + i, OptionalDouble.empty())
                                : Thought.text("w" + i + " "));
            }
            return Answer.of("x").done();
        })) {
            QueryFixture.Client fast = f.client();
            fast.ask(request("r"));
            QueryFixture.Client slow = f.client(Behaviour.LATER, new OutboxConfig(10, 1 << 20, 1, Duration.ofDays(1)));
            slow.follow("r", 0);
            go.countDown();
            assertThat(fast.result()).contains("success");
            until(() -> {
                slow.transport.completeNext();
                return slow.events().contains("result");
            });
            List<JsonNode> each = payloads(fast);
            List<JsonNode> merged = payloads(slow);
            assertThat(each).hasSize(900).noneMatch(thought -> thought.has("seq_from"));
            assertThat(merged).hasSizeLessThan(50);
            assertThat(text(merged)).isEqualTo(text(each));
            assertThat(merged.stream()
                            .filter(thought -> thought.get("type").asText().equals("step")))
                    .hasSize(3)
                    .noneMatch(thought -> thought.has("seq_from"));
            long expected = 1;
            for (JsonNode thought : merged) {
                long seq = thought.get("seq").asLong();
                assertThat(thought.path("seq_from").asLong(seq)).isEqualTo(expected);
                expected = seq + 1;
            }
            assertThat(expected).isEqualTo(901);
        }
    }

    private static List<JsonNode> payloads(QueryFixture.Client client) throws IOException {
        List<JsonNode> payloads = new ArrayList<>();
        for (String frame : client.texts("thought")) {
            payloads.add(new ObjectMapper().readTree(frame).get(4));
        }
        return payloads;
    }

    private static String text(List<JsonNode> thoughts) {
        return thoughts.stream().map(thought -> thought.get("content").asText()).collect(Collectors.joining());
    }

    @Test
    @DisplayName("A thought as large as the outbox waits until the outbox is empty; nobody is cut off for it")
    void aLargeThoughtWaitsForAnEmptyOutbox() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            context.emit(Thought.text("small"));
            context.emit(Thought.text("x".repeat(20_000)));
            context.emit(Thought.text("small"));
            return Answer.of("x").done();
        })) {
            QueryFixture.Client client =
                    f.client(Behaviour.LATER, new OutboxConfig(100, 20_000, 10_000, Duration.ofDays(1)));
            client.ask(request("r"));
            until(() -> {
                client.transport.completeNext();
                return client.events().contains("result");
            });
            assertThat(client.texts("thought")).hasSize(3);
            assertThat(client.connection.isOpen()).isTrue();
        }
    }
}
