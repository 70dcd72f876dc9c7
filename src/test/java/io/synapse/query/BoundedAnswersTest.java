package io.synapse.query;

import static io.synapse.query.QueryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.platform.Counter;
import io.synapse.protocol.Address;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.ServerMessage;
import io.synapse.testing.FakeTransport.Behaviour;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedAnswersTest {

    private static final OutboxConfig OUTBOX = new OutboxConfig(1000, 20_000, 1000, Duration.ofDays(1));

    private static QueryFixture bounded(QueryFixture.Script script, int maxBytes) {
        BoundedAnswers engine = new BoundedAnswers(
                new QueryEngine() {
                    @Override
                    public String name() {
                        return "scripted";
                    }

                    @Override
                    public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
                        return script.answer(question, context);
                    }
                },
                maxBytes);
        assertThat(engine.name()).isEqualTo("scripted");
        return new QueryFixture(engine::answer);
    }

    private static String result(QueryFixture f, String ref) {
        QueryFixture.Client client = f.client();
        client.ask(request(ref));
        return client.result();
    }

    @Test
    @DisplayName("M24: an answer over the bound ends its query with output_limit, however it came; others are sent")
    void answersOverTheBound() {
        String tooLong = "é".repeat(45);
        Map<String, Object> bomb = Map.of("x", Collections.nCopies(Integer.MAX_VALUE, 1));
        // {"answer":"…"} takes 13 bytes beside the text.
        try (QueryFixture f = bounded(
                (question, context) -> switch (question.ref()) {
                    case "fits" -> Answer.of("x".repeat(87)).done();
                    case "over" -> Answer.of("x".repeat(88)).done();
                    case "over-in-utf-8" -> Answer.of(tooLong).done();
                    case "later" -> CompletableFuture.supplyAsync(() -> Answer.of(tooLong), Runnable::run);
                    case "bomb" -> new Answer(bomb).done();
                    case "bomb-later" -> CompletableFuture.supplyAsync(() -> new Answer(bomb), Runnable::run);
                    default -> throw new AssertionError();
                },
                100)) {
            assertThat(result(f, "fits")).contains("\"status\":\"success\"").contains("x".repeat(87));
            for (String ref : List.of("over", "over-in-utf-8", "later", "bomb", "bomb-later")) {
                assertThat(result(f, ref))
                        .as(ref)
                        .contains("\"status\":\"error\",\"data\":{")
                        .contains("\"reason\":\"output_limit\"")
                        .contains("\"message\":\"the answer has more than the 100 bytes that this server sends\"");
            }
        }
    }

    @Test
    @DisplayName("M24: failures pass the bound as they are")
    void failuresPass() {
        EngineException known = new EngineException("upstream_unavailable", "later", null);
        try (QueryFixture f = bounded(
                (question, context) -> switch (question.ref()) {
                    case "thrown" -> throw known;
                    case "completed" -> CompletableFuture.failedFuture(known);
                    case "wrapped" ->
                        CompletableFuture.<Answer>failedFuture(known).thenApply(answer -> answer);
                    case "no-stage" -> null;
                    case "no-answer" -> CompletableFuture.completedFuture(null);
                    default -> CompletableFuture.failedFuture(new NoClassDefFoundError("expected"));
                },
                100)) {
            for (String ref : List.of("thrown", "completed", "wrapped")) {
                assertThat(result(f, ref)).as(ref).contains("\"reason\":\"upstream_unavailable\"");
            }
            for (String ref : List.of("no-stage", "no-answer", "error")) {
                assertThat(result(f, ref)).as(ref).contains("\"reason\":\"engine_failure\"");
            }
        }
    }

    @Test
    @DisplayName("M24, B5: an answer that would not fit beside what waits cuts nobody off")
    void noClientIsCutOff() {
        try (QueryFixture f = bounded(
                (question, context) -> {
                    context.emit("text", "x".repeat(500));
                    return Answer.of("x".repeat(19_900)).done();
                },
                OUTBOX.maxPayloadBytes())) {
            QueryFixture.Client client = f.client(Behaviour.NEVER, OUTBOX);
            client.ask(request("r"));
            QueryFixture.until(() -> f.count(Counter.QUERIES_FAILED) + f.count(Counter.QUERIES_SUCCEEDED) == 1);
            QueryFixture.until(() -> f.service.status().running() == 0);

            assertThat(client.connection.isOpen()).isTrue();
            assertThat(f.count(Counter.SLOW_CONSUMERS)).isZero();
            assertThat(client.connection.status().messages()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("M24, B5: who is being sent the largest answer there is still gets replies; after a larger one, not")
    void repliesFitBesideTheLargestAnswer() {
        for (boolean bounded : List.of(true, false)) {
            QueryFixture.Script script = (question, context) ->
                    Answer.of("x".repeat(bounded ? 14_000 : 16_000)).done();
            try (QueryFixture f = bounded(script, bounded ? OUTBOX.maxPayloadBytes() : Integer.MAX_VALUE)) {
                QueryFixture.Client client = f.client(Behaviour.LATER, OUTBOX);
                client.ask(request("r"));
                QueryFixture.until(() -> client.connection.status().bytes() > 14_000);
                client.connection.send(new ServerMessage.Reply(
                        Address.NONE, ServerMessage.Status.OK, Payloads.of("text", "x".repeat(5000))));
                assertThat(client.connection.isOpen()).isEqualTo(bounded);
            }
        }
    }

    @Test
    @DisplayName("B5: the largest answer fits beside what streams leave waiting")
    void theBoundFollowsTheOutbox() {
        assertThat(OUTBOX.maxPayloadBytes()).isEqualTo(20_000 - 1000 - 4096);
        assertThat(new OutboxConfig(16, 1 << 20, 1 << 16, Duration.ofSeconds(1)).maxPayloadBytes())
                .isEqualTo(978_944);
        assertThat(new OutboxConfig(16, 16_384, 16_384, Duration.ofSeconds(1)).maxPayloadBytes())
                .isEqualTo(4096);
    }
}
