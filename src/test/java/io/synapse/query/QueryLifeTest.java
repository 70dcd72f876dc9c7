package io.synapse.query;

import static io.synapse.query.QueryFixture.NOTHING;
import static io.synapse.query.QueryFixture.STOP;
import static io.synapse.query.QueryFixture.TIMEOUT;
import static io.synapse.query.QueryFixture.config;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.protocol.OnDisconnect;
import io.synapse.query.InterruptManager.Signal;
import io.synapse.query.QueryService.Submission;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueryLifeTest {

    @Test
    @DisplayName("M4: thoughts count 1 to n, then one result")
    void thoughtsThenOneResult() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            for (int i = 1; i <= 50; i++) {
                assertThat(context.emit(Thought.text("w" + i))).isEqualTo(i);
            }
            return Answer.of("done").done();
        })) {
            QueryFixture.Client client = f.client();
            assertThat(client.ask(request("r"))).isEqualTo(Submission.STARTED);

            assertThat(client.result())
                    .isEqualTo("[\"1\",null,\"cortex:a\",\"result\",{\"ref\":\"r\",\"status\":\"success\",\"data\":"
                            + "{\"answer\":\"done\"},\"latency_ms\":0,\"last_seq\":50}]");
            List<String> thoughts = client.texts("thought");
            assertThat(thoughts).hasSize(50);
            for (int i = 1; i <= 50; i++) {
                assertThat(thoughts.get(i - 1)).contains("\"seq\":" + i + ",").contains("\"w" + i + "\"");
            }
            assertThat(client.events()).hasSize(51).endsWith("result");
        }
    }

    @Test
    @DisplayName("M4, M6: exactly one result, whoever wins: answer, failure, interrupt or time-out")
    void exactlyOneResultUnderRaces() throws Exception {
        int rounds = 1000;
        AtomicReference<CompletableFuture<Answer>> stage = new AtomicReference<>();
        CopyOnWriteArrayList<StopOutcome> outcomes = new CopyOnWriteArrayList<>();
        try (QueryFixture f = new QueryFixture((question, context) -> stage.get(), config(4, 16))) {
            for (int round = 0; round < rounds; round++) {
                CompletableFuture<Answer> answer = new CompletableFuture<>();
                stage.set(answer);
                outcomes.clear();
                String ref = "r" + round;
                QueryFixture.Client client = f.client();
                client.ask(request(ref));
                until(() -> f.service.status().running() == 1);
                CyclicBarrier start = new CyclicBarrier(4);
                AtomicInteger signalled = new AtomicInteger();
                List<Future<?>> racers = List.of(
                        race(f, start, () -> answer.complete(Answer.of("x"))),
                        race(f, start, () -> answer.completeExceptionally(new IllegalStateException("expected"))),
                        race(f, start, () -> {
                            if (f.service.interrupt(id(ref), "stop", outcomes::add) == Signal.SIGNALLED) {
                                signalled.incrementAndGet();
                            }
                        }),
                        race(f, start, () -> f.timers.advance(TIMEOUT)));
                for (Future<?> racer : racers) {
                    racer.get(10, TimeUnit.SECONDS);
                }
                int done = round + 1;
                until(() -> f.ended() == done && f.service.status().running() == 0);
                assertThat(client.texts("result")).hasSize(1);
                assertThat(outcomes).hasSize(signalled.get());
                assertThat(client.texts("interrupted")).hasSize(signalled.get());
                assertThat(client.events().get(client.events().size() - 1)).isEqualTo("result");
            }
            assertThat(f.ended()).isEqualTo(rounds);
        }
    }

    private static Future<?> race(QueryFixture f, CyclicBarrier start, Runnable action) {
        return f.threads.submit(() -> {
            start.await(10, TimeUnit.SECONDS);
            action.run();
            return null;
        });
    }

    /** A service with one place, which the query {@code first} holds until it is released, and then gives free. */
    private static final class OnePlace implements AutoCloseable {
        private final CountDownLatch release = new CountDownLatch(1);
        private final List<String> ran = new CopyOnWriteArrayList<>();
        private final QueryFixture fixture = new QueryFixture(
                (question, context) -> {
                    ran.add(question.ref());
                    release.await(10, TimeUnit.SECONDS);
                    return Answer.of("x").done();
                },
                config(1, 50));

        OnePlace() {
            fixture.service.submit(requestWithTimeout("first", 60), NOTHING);
            until(() -> ran.size() == 1);
        }

        @Override
        public void close() {
            fixture.close();
        }
    }

    @Test
    @DisplayName("M4: a queued query that is interrupted or times out never runs")
    void queuedQueriesThatEndNeverRun() {
        try (OnePlace place = new OnePlace()) {
            QueryFixture f = place.fixture;
            QueryFixture.Client interrupted = f.client();
            QueryFixture.Client late = f.client();
            interrupted.ask(request("interrupted"));
            late.ask(request("late"));
            AtomicReference<StopOutcome> outcome = new AtomicReference<>();
            f.service.interrupt(id("interrupted"), "stop", outcome::set);

            assertThat(outcome.get()).isEqualTo(new StopOutcome(true, 0, 0));
            assertThat(interrupted.result()).contains("\"status\":\"interrupted\"");
            f.timers.advance(TIMEOUT);
            assertThat(late.result()).contains("\"status\":\"timeout\"").contains("\"reason\":\"timeout\"");
            assertThat(f.service.status().waiting()).isZero();
            place.release.countDown();
            until(() -> f.service.status().running() == 0);
            assertThat(place.ran).containsExactly("first");
            assertThat(f.count(Counter.ENGINES_RUNAWAY)).isZero();
        }
    }

    private static QueryRequest requestWithTimeout(String ref, int seconds) {
        QueryRequest base = request(ref);
        return new QueryRequest(
                base.id(),
                base.payer(),
                base.question(),
                base.priority(),
                java.time.Duration.ofSeconds(seconds),
                base.pace(),
                base.onDisconnect(),
                base.traceparent(),
                base.channel(),
                base.tool(),
                base.toolbox(),
                base.conversation());
    }

    @Test
    @DisplayName("M4: saturation is refused as overloaded, and passes")
    void saturationIsRefusedAndPasses() {
        CountDownLatch release = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    release.await(10, TimeUnit.SECONDS);
                    return Answer.of("x").done();
                },
                config(2, 3))) {
            for (int i = 0; i < 5; i++) {
                assertThat(f.service.submit(request("r" + i), NOTHING)).isEqualTo(Submission.STARTED);
            }
            assertThat(f.service.submit(request("r5"), NOTHING)).isEqualTo(Submission.OVERLOADED);
            assertThat(f.service.exists(id("r5"))).isFalse();
            assertThat(f.service.submit(request("r0"), NOTHING)).isEqualTo(Submission.ATTACHED);
            f.service.interrupt(id("r4"), "stop", outcome -> {});
            assertThat(f.service.submit(request("r5"), NOTHING)).isEqualTo(Submission.STARTED);
            release.countDown();
            until(() -> f.ended() == 6 && f.service.status().running() == 0);
            for (int i = 6; i < 11; i++) {
                assertThat(f.service.submit(request("r" + i), NOTHING)).isEqualTo(Submission.STARTED);
            }
            until(() -> f.ended() == 11);
        }
    }

    @Test
    @DisplayName("M4: priority 9 before 0, and in order inside one priority")
    void prioritiesAndOrder() {
        try (OnePlace place = new OnePlace()) {
            QueryFixture f = place.fixture;
            for (int i = 0; i < 30; i++) {
                f.service.submit(request("p" + (i % 10) + "-" + i / 10, i % 10, OnDisconnect.CONTINUE), NOTHING);
            }
            place.release.countDown();
            until(() -> place.ran.size() == 31);
            List<String> expected = IntStream.range(0, 30)
                    .mapToObj(i -> "p" + (9 - i / 3) + "-" + i % 3)
                    .toList();
            assertThat(place.ran.subList(1, 31)).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("B7: 50 threads that ask the same run the engine once; another body is refused")
    void theSameQueryRunsOnce() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        try (QueryFixture f = new QueryFixture((question, context) -> {
            runs.incrementAndGet();
            context.emit(Thought.text("x"));
            return Answer.of("x").done();
        })) {
            for (int round = 0; round < 20; round++) {
                String ref = "r" + round;
                CyclicBarrier start = new CyclicBarrier(50);
                AtomicInteger started = new AtomicInteger();
                List<QueryFixture.Client> clients =
                        IntStream.range(0, 50).mapToObj(i -> f.client()).toList();
                List<Future<?>> racers = new java.util.ArrayList<>();
                for (QueryFixture.Client client : clients) {
                    racers.add(race(f, start, () -> {
                        Submission came = client.ask(request(ref));
                        assertThat(came).isIn(Submission.STARTED, Submission.ATTACHED);
                        if (came == Submission.STARTED) {
                            started.incrementAndGet();
                        }
                    }));
                }
                for (Future<?> racer : racers) {
                    racer.get(10, TimeUnit.SECONDS);
                }
                assertThat(started).hasValue(1);
                assertThat(clients).allSatisfy(client -> {
                    assertThat(client.result()).contains("success");
                    assertThat(client.events()).containsExactly("thought", "result");
                });
            }
            assertThat(runs).hasValue(20);
            assertThat(f.service.submit(request("r0", 6, OnDisconnect.CONTINUE), NOTHING))
                    .isEqualTo(Submission.REF_IN_USE);
            assertThat(runs).hasValue(20);
        }
    }

    @Test
    @DisplayName("M24: whatever an engine throws ends its own query, and the next one works")
    void failuresOfAnEngine() {
        class Alien {}
        Map<String, QueryFixture.Script> scripts = Map.of(
                "no-stage", (question, context) -> null,
                "error",
                        (question, context) -> {
                            throw new NoClassDefFoundError("expected");
                        },
                "overflow",
                        (question, context) -> {
                            throw new StackOverflowError("expected");
                        },
                "nan", (question, context) -> new Answer(Map.of("n", Double.NaN)).done(),
                "alien", (question, context) -> new Answer(Map.of("n", new Alien())).done(),
                "null-answer", (question, context) -> CompletableFuture.completedFuture(null),
                "failed-stage", (question, context) -> CompletableFuture.failedFuture(new AssertionError("expected")),
                "secret",
                        (question, context) -> {
                            throw new IllegalStateException("password");
                        });
        try (QueryFixture f = new QueryFixture((question, context) -> {
            QueryFixture.Script script = scripts.get(question.ref());
            return script == null ? Answer.of("x").done() : script.answer(question, context);
        })) {
            for (String ref : scripts.keySet()) {
                QueryFixture.Client client = f.client();
                client.ask(request(ref));
                assertThat(client.result())
                        .as(ref)
                        .contains("\"status\":\"error\"")
                        .contains("\"reason\":\"engine_failure\"")
                        .doesNotContain("password")
                        .doesNotContain("expected");
            }
            until(() -> f.service.status().running() == 0);
            for (int i = 0; i < 10; i++) {
                QueryFixture.Client client = f.client();
                client.ask(request("good" + i));
                assertThat(client.result()).contains("success");
            }
        }
    }

    @Test
    @DisplayName("M24: an engine chooses the reason its client sees")
    void anEngineChoosesTheReason() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            throw new EngineException("upstream_unavailable", null, new IllegalStateException("expected"));
        })) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            assertThat(client.result())
                    .contains("\"reason\":\"upstream_unavailable\"")
                    .contains("\"message\":\"\"");
        }
    }

    @Test
    @DisplayName("M4: an asynchronous engine keeps its place until its stage completes on another thread")
    void anAsynchronousEngine() {
        CompletableFuture<Answer> stage = new CompletableFuture<>();
        try (QueryFixture f = new QueryFixture((question, context) -> stage, config(1, 4))) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            f.client().ask(request("second"));
            until(() -> f.service.status().running() == 1 && f.service.status().waiting() == 1);
            assertThat(client.events()).isEmpty();
            f.threads.execute(() -> stage.complete(Answer.of("x")));

            assertThat(client.result()).contains("success");
            until(() -> f.ended() == 2 && f.service.status().running() == 0);
        }
    }

    @Test
    @DisplayName("M4: a query past its output limit ends with error output_limit")
    void theOutputLimit() {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    if (question.ref().equals("answer")) {
                        return Answer.of("x".repeat(10_000)).done();
                    }
                    String content = question.ref().equals("bytes") ? "y".repeat(400) : "";
                    while (true) {
                        context.emit(Thought.text(content));
                    }
                },
                config(2, 4, 20, 4096, 1000, 10, 1 << 20))) {
            for (String ref : List.of("count", "bytes", "answer")) {
                QueryFixture.Client client = f.client();
                client.ask(request(ref));
                assertThat(client.result())
                        .as(ref)
                        .contains("\"status\":\"error\"")
                        .contains("output_limit");
                int expected = ref.equals("count") ? 20 : ref.equals("bytes") ? 8 : 0;
                assertThat(client.texts("thought")).as(ref).hasSize(expected);
            }
            until(() -> f.service.status().running() == 0);
            assertThat(f.count(Counter.ENGINES_RUNAWAY)).isZero();
        }
    }

    @Test
    @DisplayName("M4: a query that times out stops its engine")
    void aTimeOutStopsTheEngine() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        CountDownLatch began = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture((question, context) -> {
            began.countDown();
            try {
                new CountDownLatch(1).await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                seen.set(e);
            }
            return Answer.of("late").done();
        })) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            until(() -> began.getCount() == 0);
            f.timers.advance(TIMEOUT);
            assertThat(client.result()).contains("\"status\":\"timeout\"").contains("\"latency_ms\":30000");
            until(() -> f.service.status().running() == 0);
            assertThat(seen.get()).isInstanceOf(InterruptedException.class);
            f.timers.advance(STOP);
            assertThat(f.count(Counter.ENGINES_RUNAWAY)).isZero();
            assertThat(client.events()).containsExactly("result");
        }
    }

    @Test
    @DisplayName("M24: half a character in the ref, the answer or the reason keeps no query from its result")
    void halvesOfCharacters() {
        String half = "\ud83d";
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    if (question.ref().equals("long")) {
                        context.pause(TIMEOUT.multipliedBy(100));
                    }
                    return Answer.of(question.ref().equals("answer") ? half : "x")
                            .done();
                },
                config(1, 10))) {
            for (String ref : List.of(half, "answer")) {
                QueryFixture.Client client = f.client();
                client.ask(request(ref));
                assertThat(client.result()).contains("success");
            }
            QueryFixture.Client client = f.client();
            client.ask(request("long"));
            f.service.interrupt(id("long"), half, outcome -> {});
            assertThat(client.result()).contains("interrupted");
            until(() -> f.service.status().running() == 0);
            assertThat(f.service.status().kept()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("M4: after the stop nothing is accepted and what runs is interrupted")
    void stopping() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            context.pause(TIMEOUT);
            return Answer.of("x").done();
        })) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            f.service.stop();
            assertThat(client.result()).contains("server stopping");
            assertThat(f.service.submit(request("s"), NOTHING)).isEqualTo(Submission.STOPPING);
            assertThat(f.service.isAccepting()).isFalse();
        }
    }
}
