package io.synapse.query;

import static io.synapse.query.QueryFixture.config;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.config.OutboxConfig;
import io.synapse.connection.EventFilter;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.protocol.OnDisconnect;
import io.synapse.protocol.Ref;
import io.synapse.testing.FakeTransport.Behaviour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SnapshotTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OutboxConfig SMALL = new OutboxConfig(10, 1 << 20, 1, Duration.ofDays(1));

    /** What a client has of a query: its text, and how far it is; fails if anything is missing, twice or out of order. */
    private static final class Seen {
        private final StringBuilder text = new StringBuilder();
        private long seq;
        private int snapshots;
        private int steps;
        private boolean ended;

        private Seen(List<String> frames, long after) {
            seq = after;
            boolean more = false;
            boolean begun = false;
            for (String frame : frames) {
                String event = read(frame).get(3).asText();
                JsonNode payload = read(frame).get(4);
                assertThat(ended).isFalse();
                switch (event) {
                    case "snapshot" -> {
                        assertThat(more || !begun).isTrue();
                        assertThat(payload.get("after_seq").asLong()).isEqualTo(seq);
                        seq = payload.get("seq").asLong();
                        text.append(payload.get("text").asText());
                        payload.path("steps").forEach(count -> steps += count.asInt());
                        more = payload.path("more").asBoolean();
                        snapshots++;
                    }
                    case "thought" -> {
                        assertThat(more).isFalse();
                        long to = payload.get("seq").asLong();
                        assertThat(payload.path("seq_from").asLong(to)).isEqualTo(seq + 1);
                        seq = to;
                        if (payload.get("type").asText().equals("text")) {
                            text.append(payload.get("content").asText());
                        } else {
                            steps++;
                        }
                    }
                    case "result" -> ended = true;
                    default -> assertThat(event).isIn("interrupted", "queued");
                }
                begun = true;
            }
        }
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static Seen seen(QueryFixture.Client client) {
        until(() -> {
            client.transport.completeNext();
            return client.events().contains("result");
        });
        return new Seen(client.transport.texts(), 0);
    }

    @Test
    @DisplayName("B6: a second viewer at any moment has the same text, in order and nothing twice, also if it is slow")
    void atAnyMoment() {
        AtomicReference<Random> random = new AtomicReference<>();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    Random mine = random.get();
                    int count = 1 + mine.nextInt(400);
                    for (int i = 0; i < count; i++) {
                        int kind = mine.nextInt(10);
                        if (kind == 0) {
                            context.emit("step", "s" + i);
                        } else if (kind == 1) {
                            context.progress(i % 100, "at " + i);
                        } else {
                            context.emit(Thought.text("w" + i + " ".repeat(mine.nextInt(kind == 2 ? 2000 : 5))));
                        }
                        if (mine.nextInt(20) == 0) {
                            Thread.yield();
                        }
                    }
                    return Answer.of("x").done();
                },
                config(4, 16, 1000, 1 << 24, 1 << 20, 1000, 1L << 30))) {
            for (int seed = 0; seed < 300; seed++) {
                random.set(new Random(seed));
                Random mine = new Random(~seed);
                String ref = "r" + seed;
                QueryFixture.Client first = f.client();
                first.ask(request(ref));
                QueryFixture.Client slow = f.client(Behaviour.LATER, SMALL);
                QueryFixture.Client second = f.client();
                long moment = mine.nextInt(400);
                until(() ->
                        f.service.lastSeq(id(ref)) >= moment || first.events().contains("result"));
                slow.late(ref, 0);
                second.late(ref, 0);
                Seen whole = seen(first);
                assertThat(whole.snapshots).isZero();
                for (Seen late : List.of(seen(second), seen(slow))) {
                    assertThat(late.text.toString()).as("seed %d", seed).isEqualTo(whole.text.toString());
                    assertThat(late.seq).isEqualTo(whole.seq);
                    assertThat(late.steps).isEqualTo(whole.steps);
                    assertThat(late.snapshots).isPositive();
                }
            }
        }
    }

    @Test
    @DisplayName("B6: one that comes while the result is being written has the whole text and the result, once")
    void asTheResultIsWritten() throws Exception {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    context.emit(Thought.text("a"));
                    context.emit(Thought.text("b"));
                    return Answer.of("x").done();
                },
                config(4, 16, 1000, 1 << 20, 1 << 20, 1000, 1L << 30))) {
            for (int i = 0; i < 500; i++) {
                String ref = "r" + i;
                CountDownLatch both = new CountDownLatch(2);
                QueryFixture.Client late = f.client();
                f.threads.submit(() -> {
                    both.countDown();
                    both.await();
                    while (!f.service.exists(id(ref))) {
                        Thread.onSpinWait();
                    }
                    return late.late(ref, 0);
                });
                both.countDown();
                both.await();
                f.service.submit(request(ref), QueryFixture.NOTHING);
                Seen seen = seen(late);
                assertThat(seen.text.toString()).isEqualTo("ab");
                assertThat(late.texts("result")).hasSize(1);
                assertThat(late.texts("result").get(0)).contains("\"last_seq\":2");
            }
        }
    }

    /** An engine that says what the test has prepared, and then waits. */
    private static final class Said implements QueryFixture.Script {
        private final List<Thought> thoughts = new ArrayList<>();
        private final CountDownLatch go = new CountDownLatch(1);

        @Override
        public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
            thoughts.forEach(context::emit);
            go.await(30, TimeUnit.SECONDS);
            return Answer.of("x").done();
        }
    }

    private static QueryFixture running(Said said) {
        QueryFixture f = new QueryFixture(said, config(1, 16, 10_000, 1 << 24, 1 << 20, 1000, 1L << 30));
        f.service.submit(request("r"), QueryFixture.NOTHING);
        until(() -> f.service.lastSeq(id("r")) == said.thoughts.size());
        return f;
    }

    @Test
    @DisplayName("B6: the snapshot has the text, and how many steps there were of each type; then thoughts go on")
    void whatItHolds() {
        Said said = new Said();
        said.thoughts.add(Thought.of("search", "a"));
        said.thoughts.add(Thought.text("It is ").withConfidence(0.5));
        said.thoughts.add(Thought.of("compute", "b"));
        said.thoughts.add(Thought.of("search", "c"));
        said.thoughts.add(Thought.text("4."));
        try (QueryFixture f = running(said)) {
            QueryFixture.Client whole = f.client();
            whole.late("r", 0);
            assertThat(whole.events()).containsExactly("snapshot");
            assertThat(whole.texts("snapshot").get(0))
                    .isEqualTo("[\"1\",null,\"cortex:a\",\"snapshot\",{\"ref\":\"r\",\"after_seq\":0,\"seq\":5,"
                            + "\"text\":\"It is 4.\",\"steps\":{\"search\":2,\"compute\":1}}]");
            QueryFixture.Client rest = f.client();
            rest.late("r", 4);
            assertThat(rest.texts("snapshot").get(0))
                    .contains("{\"ref\":\"r\",\"after_seq\":4,\"seq\":5,\"text\":\"4.\"}");
            QueryFixture.Client everything = f.client();
            everything.late("r", Long.MAX_VALUE);
            assertThat(everything.texts("snapshot").get(0))
                    .contains("{\"ref\":\"r\",\"after_seq\":5,\"seq\":5,\"text\":\"\"}");
            said.go.countDown();
            assertThat(whole.result()).contains("success");
            assertThat(whole.events()).containsExactly("snapshot", "result");
            QueryFixture.Client afterwards = f.client();
            afterwards.late("r", 0);
            assertThat(afterwards.events()).containsExactly("snapshot", "result");
        }
    }

    @Test
    @DisplayName("B6: what is too long for one frame comes in parts; a piece that is too long alone is a part")
    void inParts() {
        Said said = new Said();
        for (int i = 0; i < 300; i++) {
            said.thoughts.add(Thought.text(("p" + i + " ").repeat(i == 7 ? 20_000 : 200)));
        }
        try (QueryFixture f = running(said)) {
            QueryFixture.Client fast = f.client();
            fast.late("r", 0);
            QueryFixture.Client slow = f.client(Behaviour.LATER, SMALL);
            slow.late("r", 0);
            said.go.countDown();
            Seen whole = seen(fast);
            Seen same = seen(slow);
            assertThat(whole.text.toString())
                    .isEqualTo(String.join(
                            "", said.thoughts.stream().map(Thought::content).toList()))
                    .isEqualTo(same.text.toString());
            assertThat(fast.texts("thought")).isEmpty();
            assertThat(whole.snapshots).isBetween(5, 30);
            assertThat(fast.texts("snapshot").stream()
                            .filter(frame ->
                                    read(frame).get(4).get("text").asText().length() > Snapshot.MAX_LENGTH))
                    .hasSize(1);
        }
    }

    @Test
    @DisplayName("B6: an engine that has many types of thoughts fills parts with them")
    void manyTypes() {
        Said said = new Said();
        for (int i = 0; i < 100; i++) {
            said.thoughts.add(Thought.of("t" + i, "x"));
        }
        try (QueryFixture f = running(said)) {
            QueryFixture.Client client = f.client();
            client.late("r", 0);
            said.go.countDown();
            Seen seen = seen(client);
            assertThat(seen.snapshots).isEqualTo(4);
            assertThat(seen.steps).isEqualTo(100);
        }
    }

    @Test
    @DisplayName("B6: a viewer that is taken over in the middle of a snapshot goes on by its position")
    void takenOver() {
        Said said = new Said();
        for (int i = 0; i < 100; i++) {
            said.thoughts.add(Thought.text(("p" + i + " ").repeat(1000)));
        }
        try (QueryFixture f = running(said)) {
            QueryFixture.Client slow = f.client(Behaviour.LATER, SMALL);
            QueryViewer viewer = slow.late("r", 0);
            slow.transport.completeNext();
            long position = viewer.pause();
            assertThat(position).isBetween(1L, 99L);
            List<String> had = List.copyOf(slow.transport.texts());
            QueryFixture.Client next = f.client();
            next.follow("r", position);
            viewer.detach();
            said.go.countDown();
            until(() -> next.events().contains("result"));
            List<String> all = new ArrayList<>(had);
            // Part of a snapshot, then thoughts: what the client makes of them is the same text.
            assertThat(slow.transport.texts()).isEqualTo(had);
            assertThat(next.texts("snapshot")).isEmpty();
            StringBuilder text = new StringBuilder();
            all.addAll(next.texts("thought"));
            all.forEach(frame -> {
                JsonNode payload = read(frame).get(4);
                text.append(payload.path("text").asText(payload.path("content").asText()));
            });
            assertThat(text.toString())
                    .isEqualTo(String.join(
                            "", said.thoughts.stream().map(Thought::content).toList()));
        }
    }

    @Test
    @DisplayName("B6: of a query that waits the snapshot is empty; whoever wants no thoughts gets none")
    void nothingYet() {
        Said said = new Said();
        said.thoughts.add(Thought.text("x"));
        try (QueryFixture f = running(said)) {
            f.service.submit(request("waits", 5, OnDisconnect.CONTINUE), QueryFixture.NOTHING);
            QueryFixture.Client client = f.client();
            client.late("waits", 0);
            assertThat(client.texts("snapshot").get(0))
                    .contains("{\"ref\":\"waits\",\"after_seq\":0,\"seq\":0,\"text\":\"\"}");
            QueryFixture.Client filtered = f.client();
            EventFilter filter = new EventFilter();
            filter.set(Set.of("result"));
            f.service.follow(
                    id("r"),
                    filtered.connection,
                    new QueryViewer.Format("cortex:a", Ref.of("1"), false, filter),
                    new QueryViewer.Start(0, true));
            said.go.countDown();
            assertThat(client.result()).contains("success");
            assertThat(client.events()).doesNotHaveDuplicates().contains("snapshot", "thought", "result");
            assertThat(filtered.result()).contains("success");
            assertThat(filtered.events()).containsExactly("result");
        }
    }

    @Test
    @DisplayName("B6: of an interrupted query the snapshot has what was said before")
    void interrupted() {
        Said said = new Said();
        said.thoughts.add(Thought.text("before"));
        try (QueryFixture f = running(said)) {
            f.service.interrupt(id("r"), "enough", outcome -> {});
            until(() -> f.ended() == 1);
            QueryFixture.Client client = f.client();
            client.late("r", 0);
            assertThat(client.result()).contains("interrupted");
            assertThat(client.events()).containsExactly("snapshot", "interrupted", "result");
            assertThat(client.texts("snapshot").get(0)).contains("\"text\":\"before\"");
        }
    }
}
