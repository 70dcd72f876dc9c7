package io.synapse.query;

import static io.synapse.query.QueryFixture.NOTHING;
import static io.synapse.query.QueryFixture.STOP;
import static io.synapse.query.QueryFixture.config;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.engine.Answer;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.platform.Timing;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.query.InterruptManager.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueryInterruptTest {

    private static final ServerMessage ACK = new ServerMessage.Reply(
            new Address(Ref.of("1"), Ref.of("9"), "cortex:a"), ServerMessage.Status.OK, Body.EMPTY);

    @Test
    @DisplayName("M6, B3: thoughts, acknowledgement, interrupted, result; the engine has ended by then, 200 times")
    void orderAndProof() {
        AtomicReference<AtomicBoolean> ended = new AtomicReference<>();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    AtomicBoolean mine = ended.get();
                    try {
                        while (true) {
                            context.emit(Thought.text("x"));
                            context.cancellation().throwIfCancelled();
                            Thread.onSpinWait();
                        }
                    } finally {
                        mine.set(true);
                    }
                },
                config(4, 16, Integer.MAX_VALUE / 4, 1 << 28, 1 << 20, 10, 1L << 30))) {
            for (int i = 0; i < 200; i++) {
                ended.set(new AtomicBoolean());
                String ref = "r" + i;
                QueryFixture.Client client = f.client();
                AtomicReference<QueryViewer> viewer = new AtomicReference<>();
                f.service.submit(request(ref), isNew -> viewer.set(client.follow(ref, 0)));
                int wanted = i % 7;
                until(() -> client.texts("thought").size() >= wanted);
                AtomicReference<StopOutcome> outcome = new AtomicReference<>();
                AtomicBoolean endedAtAck = new AtomicBoolean();
                Signal signal = f.service.interrupt(id(ref), "enough", told -> {
                    endedAtAck.set(ended.get().get() || told.lastSeq() == 0);
                    outcome.set(told);
                    f.service.say(viewer.get(), ACK);
                });
                assertThat(signal).isEqualTo(Signal.SIGNALLED);
                assertThat(client.result())
                        .contains("\"status\":\"interrupted\"")
                        .contains("\"data\":{\"reason\":\"enough\"}");
                assertThat(endedAtAck).isTrue();
                assertThat(outcome.get().stopped()).isTrue();
                List<String> events = client.events();
                int last = (int) outcome.get().lastSeq();
                assertThat(events).hasSize(last + 3).endsWith("phx_reply", "interrupted", "result");
                assertThat(events.subList(0, last)).allMatch("thought"::equals);
                assertThat(client.texts("interrupted").get(0))
                        .contains("{\"ref\":\"" + ref + "\",\"reason\":\"enough\"}");
                until(() -> f.service.status().running() == 0);
            }
            assertThat(f.count(Counter.ENGINES_RUNAWAY)).isZero();
        }
    }

    @Test
    @DisplayName("B3: an engine that ignores the interrupt is reported and keeps its place until it ends")
    void aRunawayEngine() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger cancelled = new AtomicInteger();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    context.emit(Thought.text("before"));
                    if (question.ref().equals("bad")) {
                        while (release.getCount() > 0) {
                            Thread.onSpinWait();
                        }
                        try {
                            context.emit(Thought.text("after"));
                        } catch (QueryCancelledException e) {
                            cancelled.incrementAndGet();
                        }
                    }
                    return Answer.of("x").done();
                },
                config(1, 4))) {
            QueryFixture.Client client = f.client();
            client.ask(request("bad"));
            until(() -> client.texts("thought").size() == 1);
            List<StopOutcome> outcomes = new CopyOnWriteArrayList<>();
            f.service.interrupt(id("bad"), "stop", outcomes::add);
            f.service.interrupt(id("bad"), "again", outcomes::add);
            QueryFixture.Client next = f.client();
            next.ask(request("next"));

            f.timers.advance(STOP.minusMillis(1));
            assertThat(outcomes).isEmpty();
            assertThat(client.events()).containsExactly("thought");
            f.timers.advance(Duration.ofMillis(1));
            StopOutcome notStopped = new StopOutcome(false, STOP.toMillis(), 1);
            assertThat(outcomes).containsExactly(notStopped, notStopped);
            assertThat(client.events()).containsExactly("thought", "interrupted", "result");
            assertThat(f.count(Counter.ENGINES_RUNAWAY)).isEqualTo(1);
            assertThat(f.service.status().running()).isEqualTo(1);
            f.timers.advance(Duration.ofSeconds(5));
            assertThat(f.service.status().goingOn()).isEqualTo(1);
            assertThat(f.service.runaways(0)).isEmpty();
            assertThat(f.service.runaways(10))
                    .containsExactly(new Runaways.Runaway(
                            "scripted", "a", Optional.of("bad"), "query-test", STOP.plusSeconds(5)));
            assertThat(f.counters.get(Timing.STOPPED_LATE).count()).isZero();
            // It waits, and is told so at most.
            assertThat(next.events()).doesNotContain("thought", "result");
            f.service.interrupt(id("bad"), "third", outcomes::add);
            assertThat(outcomes).containsExactly(notStopped, notStopped, notStopped);

            release.countDown();
            assertThat(next.result()).contains("success");
            assertThat(f.service.status().goingOn()).isZero();
            assertThat(f.service.runaways(10)).isEmpty();
            assertThat(f.counters.get(Timing.STOPPED_LATE).count()).isEqualTo(1);
            assertThat(f.counters.get(Timing.STOPPED_LATE).seconds()).isEqualTo(7.0);
            assertThat(f.counters.get(Timing.STOPPED).count()).isZero();
            assertThat(f.counters.get(Timing.FIRST_TOKEN).count()).isEqualTo(2);
            assertThat(f.counters.get(Timing.QUERY_INTERRUPTED).count()).isEqualTo(1);
            assertThat(f.counters.get(Timing.QUERY_SUCCEEDED).count()).isEqualTo(1);
            assertThat(client.events()).containsExactly("thought", "interrupted", "result");
            assertThat(cancelled).hasValue(1);
            assertThat(f.count(Counter.QUERIES_INTERRUPTED)).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("M6: onCancel runs and can complete an asynchronous engine")
    void onCancelStopsAnAsynchronousEngine() {
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger takenBack = new AtomicInteger();
        CountDownLatch registered = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture((question, context) -> {
            CompletableFuture<Answer> stage = new CompletableFuture<>();
            context.cancellation().onCancel(takenBack::incrementAndGet).close();
            context.cancellation().onCancel(() -> {
                runs.incrementAndGet();
                stage.completeExceptionally(new QueryCancelledException("aborted"));
            });
            registered.countDown();
            return stage;
        })) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            until(() -> registered.getCount() == 0);
            AtomicReference<StopOutcome> outcome = new AtomicReference<>();
            f.service.interrupt(id("r"), "stop", outcome::set);
            assertThat(client.result()).contains("interrupted");
            until(() -> f.service.status().running() == 0);
            assertThat(outcome.get()).isEqualTo(new StopOutcome(true, 0, 0));
            assertThat(runs).hasValue(1);
            assertThat(takenBack).hasValue(0);
        }
    }

    @Test
    @DisplayName("M6: an onCancel action that throws or blocks holds nobody up")
    void onCancelThatThrowsOrBlocks() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch registered = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture((question, context) -> {
            context.cancellation().onCancel(() -> {
                throw new IllegalStateException("expected");
            });
            context.cancellation().onCancel(() -> {
                blocked.countDown();
                try {
                    release.await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            registered.countDown();
            context.pause(Duration.ofDays(1));
            return Answer.of("x").done();
        })) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            assertThat(registered.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(f.service.interrupt(id("r"), "stop", outcome -> {})).isEqualTo(Signal.SIGNALLED);
            assertThat(client.result()).contains("interrupted");
            assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
            release.countDown();
        }
    }

    @Test
    @DisplayName("M6: unknown is not found, ended is already finished, another agent's is not found")
    void signalsThatStopNothing() {
        try (QueryFixture f =
                new QueryFixture((question, context) -> Answer.of("x").done())) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            assertThat(client.result()).contains("success");
            List<StopOutcome> outcomes = new CopyOnWriteArrayList<>();
            assertThat(f.service.interrupt(id("r"), "stop", outcomes::add)).isEqualTo(Signal.ALREADY_FINISHED);
            assertThat(f.service.interrupt(id("s"), "stop", outcomes::add)).isEqualTo(Signal.NOT_FOUND);
            assertThat(f.service.interrupt(new QueryId("", "b", "r"), "stop", outcomes::add))
                    .isEqualTo(Signal.NOT_FOUND);
            assertThat(outcomes).isEmpty();
            assertThat(f.interrupts.check(id("r"))).isFalse();
            assertThat(f.interrupts.count()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("M6: an acknowledgement that throws keeps neither the others nor the result")
    void anAcknowledgementThatThrows() {
        CountDownLatch release = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture((question, context) -> {
            while (release.getCount() > 0) {
                Thread.onSpinWait();
            }
            return Answer.of("x").done();
        })) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            until(() -> f.service.status().running() == 1);
            List<StopOutcome> outcomes = new CopyOnWriteArrayList<>();
            f.service.interrupt(id("r"), "stop", outcome -> {
                throw new IllegalStateException("expected");
            });
            f.service.interrupt(id("r"), "stop", outcomes::add);
            assertThat(f.interrupts.check(id("r"))).isTrue();
            release.countDown();
            assertThat(client.result()).contains("interrupted");
            assertThat(outcomes).hasSize(1);
        }
    }

    @Test
    @DisplayName("M6: the thread that was interrupted serves the next query without the interrupt")
    void theInterruptDoesNotReachTheNextQuery() {
        AtomicInteger leaked = new AtomicInteger();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    if (question.ref().startsWith("long")) {
                        context.pause(Duration.ofDays(1));
                    } else if (Thread.currentThread().isInterrupted()) {
                        leaked.incrementAndGet();
                    }
                    return Answer.of("x").done();
                },
                config(1, 1000))) {
            for (int i = 0; i < 200; i++) {
                String ref = "long" + i;
                f.service.submit(request(ref), NOTHING);
                f.service.submit(request("short" + i), NOTHING);
                f.service.interrupt(id(ref), "stop", outcome -> {});
            }
            until(() -> f.ended() == 400);
            assertThat(leaked).hasValue(0);
            assertThat(f.count(Counter.QUERIES_SUCCEEDED)).isEqualTo(200);
            assertThat(f.count(Counter.QUERIES_FAILED)).isZero();
        }
    }
}
