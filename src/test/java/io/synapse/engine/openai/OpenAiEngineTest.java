package io.synapse.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.config.OpenAiConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.platform.Ticker;
import io.synapse.testing.ScriptedModel;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OpenAiEngineTest {

    private static final String KEY = "sk-very-secret";
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private final ExecutorService http = Executors.newFixedThreadPool(OpenAiEngine.HTTP_THREADS);
    private final LiveContext context = new LiveContext();
    private final ScriptedModel model = new ScriptedModel(OpenAiEngineTest::fourTokens);

    @AfterEach
    void close() throws Exception {
        model.close();
        http.shutdownNow();
    }

    private static void fourTokens(ScriptedModel.Exchange exchange) throws java.io.IOException {
        exchange.stream();
        for (String token : List.of("Two", " and", " two", " is 4")) {
            exchange.token(token);
        }
        exchange.done("stop");
    }

    private static OpenAiConfig config(URI url) {
        return new OpenAiConfig(
                url,
                Optional.of("scripted"),
                Optional.of(KEY),
                Optional.of("acme"),
                Map.of("X-Team", "blue"),
                Optional.of("Be brief."),
                "{\"temperature\":0.25,\"stop\":[\"END\"]}",
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                2,
                Duration.ofMillis(100),
                4096,
                new OpenAiConfig.Calling(List.of(), 3, 4096),
                new OpenAiConfig.Breaker(50, 4, Duration.ofSeconds(30)));
    }

    private OpenAiConfig patience(Duration firstToken, Duration idle) {
        OpenAiConfig usual = config(model.baseUrl());
        return new OpenAiConfig(
                usual.baseUrl(),
                usual.model(),
                usual.apiKey(),
                usual.organization(),
                usual.headers(),
                usual.systemPrompt(),
                usual.parameters(),
                usual.connectTimeout(),
                firstToken,
                idle,
                usual.retries(),
                usual.retryBackoff(),
                usual.maxEventBytes(),
                usual.calling(),
                usual.breaker());
    }

    private OpenAiEngine engine(OpenAiConfig config) {
        return new OpenAiEngine(config, true, http, Clock.fixed(NOW, ZoneOffset.UTC), Ticker.system());
    }

    private OpenAiEngine engine() {
        return engine(config(model.baseUrl()));
    }

    private Answer ask(OpenAiEngine engine) throws EngineException {
        return ask(engine, NOW.plusSeconds(30));
    }

    private Answer ask(OpenAiEngine engine, Instant deadline) throws EngineException {
        Question question =
                new Question("a", "r", "What is 2+2?", 5, deadline, OptionalDouble.empty(), Optional.empty());
        return engine.answer(question, context).toCompletableFuture().join();
    }

    private EngineException fails(OpenAiEngine engine) {
        try {
            Answer answer = ask(engine);
            throw new AssertionError("answered " + answer);
        } catch (EngineException e) {
            return e;
        }
    }

    @Test
    @DisplayName("Each delta is a thought; the result has the text, why it ended and what it took")
    void streams() throws Exception {
        Answer answer = ask(engine());
        assertThat(context.contents(Thought.TEXT)).containsExactly("Two", " and", " two", " is 4");
        assertThat(answer.data())
                .containsEntry("answer", "Two and two is 4")
                .containsEntry("model", "scripted-1")
                .containsEntry("finish_reason", "stop");
        assertThat(answer.data().get("usage"))
                .hasToString(Map.of("input_tokens", 7L, "output_tokens", 5L, "total_tokens", 12L)
                        .toString());
    }

    @Test
    @DisplayName("A delta is told before the next one is produced: nothing is gathered between them")
    void doesNotBuffer() throws Exception {
        CountDownLatch[] told = {new CountDownLatch(1), new CountDownLatch(2), new CountDownLatch(3)};
        context.onThought(thought -> List.of(told).forEach(CountDownLatch::countDown));
        model.becomes(exchange -> {
            exchange.stream();
            for (CountDownLatch latch : told) {
                exchange.token("x");
                assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
            }
            exchange.done("stop");
        });
        assertThat(ask(engine()).data()).containsEntry("answer", "xxx");
    }

    @Test
    @DisplayName("The request carries the model, the prompt, the parameters, the credential and the headers")
    void asksAsConfigured() throws Exception {
        ask(engine());
        String request = model.requests().get(0);
        String head = request.substring(0, request.indexOf("\n\n"));
        assertThat(head)
                .startsWith("POST /v1/chat/completions HTTP/1.1")
                .containsIgnoringCase("authorization: Bearer " + KEY)
                .containsIgnoringCase("openai-organization: acme")
                .containsIgnoringCase("x-team: blue");
        JsonNode body = new ObjectMapper().readTree(request.substring(request.indexOf("\n\n")));
        assertThat(body).isEqualTo(new ObjectMapper().readTree("""
                                {"model":"scripted","stream":true,"stream_options":{"include_usage":true},
                                 "temperature":0.25,"stop":["END"],
                                 "messages":[{"role":"system","content":"Be brief."},
                                             {"role":"user","content":"What is 2+2?"}]}
                                """));
    }

    @Test
    @DisplayName("Reasoning and calls of tools are thoughts of their own types")
    void tellsReasoningAndToolCalls() throws Exception {
        model.becomes(exchange -> {
            exchange.stream();
            exchange.delta("\"reasoning_content\":\"Let me\"");
            exchange.delta("\"reasoning\":\" think\"");
            exchange.delta("\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":"
                    + "{\"name\":\"add\",\"arguments\":\"{\\\"a\"}}]");
            exchange.delta("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\":2}\"}}]");
            exchange.done("tool_calls");
        });
        assertThat(ask(engine()).data()).containsEntry("finish_reason", "tool_calls");
        assertThat(context.contents("reasoning")).containsExactly("Let me", " think");
        assertThat(context.contents("tool_call"))
                .containsExactly(
                        "{\"index\":0,\"id\":\"c1\",\"name\":\"add\",\"arguments\":\"{\\\"a\"}",
                        "{\"index\":0,\"arguments\":\"\\\":2}\"}");
    }

    @Test
    @DisplayName("Characters cut in two, odd line ends, comments and unknown fields change nothing")
    void readsOddStreams() throws Exception {
        model.becomes(exchange -> {
            exchange.stream();
            exchange.raw(": hello\r\n\r\nevent: chunk\rid: 7\r");
            byte[] text = "data: {\"choices\":[{\"delta\":{\"content\":\"né€😀\",\"x\":[{}]}}],\"y\":{\"z\":1}}\r\n\r\n"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            for (byte one : text) {
                exchange.raw(new byte[] {one});
            }
            exchange.raw("data: {\"choices\":[{\"delta\":{},\ndata: \"finish_reason\":\"stop\"}]}\n\n");
            exchange.raw("data:[DONE]\n\n");
        });
        assertThat(ask(engine()).data()).containsEntry("answer", "né€😀");
    }

    @Test
    @DisplayName("A connection serves several answers, one after the other")
    void keepsConnections() throws Exception {
        OpenAiEngine engine = engine();
        for (int i = 0; i < 5; i++) {
            ask(engine);
        }
        assertThat(model.sockets()).isEqualTo(1);
        assertThat(model.requests()).hasSize(5);
    }

    @Test
    @DisplayName(
            "M6, B3: an interrupt in the middle closes the socket before the engine has ended; no token comes after")
    void stopsInTheMiddle() throws Exception {
        AtomicReference<ScriptedModel.Exchange> answering = new AtomicReference<>();
        model.becomes(exchange -> {
            answering.set(exchange);
            exchange.stream();
            while (true) {
                exchange.token("x");
            }
        });
        OpenAiEngine engine = engine();
        for (int round = 0; round < 50; round++) {
            int after = round % 7 + 1;
            LiveContext one = new LiveContext();
            CountDownLatch some = new CountDownLatch(after);
            one.onThought(thought -> some.countDown());
            AtomicReference<Throwable> ended = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                Question question =
                        new Question("a", "r", "q", 5, NOW.plusSeconds(30), OptionalDouble.empty(), Optional.empty());
                try {
                    engine.answer(question, one);
                } catch (EngineException | RuntimeException e) {
                    ended.set(e);
                }
            });
            thread.start();
            assertThat(some.await(10, TimeUnit.SECONDS)).isTrue();
            one.cancel(thread);
            thread.join(10_000);
            long stopped = System.nanoTime();
            assertThat(ended.get()).isInstanceOf(QueryCancelledException.class);
            await().until(() -> model.streams() == 0);
            assertThat(answering.get().producedAfter(stopped)).isFalse();
        }
        await().until(() -> model.sockets() == 0);
    }

    @Test
    @DisplayName("M6: an interrupt while the first byte is waited for closes the socket too")
    void stopsBeforeTheFirstByte() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch gone = new CountDownLatch(1);
        model.becomes(exchange -> {
            asked.countDown();
            await().until(exchange::isGone);
            gone.countDown();
            exchange.cut();
        });
        AtomicReference<Throwable> ended = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                ask(engine());
            } catch (EngineException | RuntimeException e) {
                ended.set(e);
            }
        });
        thread.start();
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        context.cancel(thread);
        thread.join(10_000);
        assertThat(ended.get()).isInstanceOf(QueryCancelledException.class);
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    @DisplayName("A request that fails before its first token is repeated, after as long as the upstream asks for")
    void repeatsBeforeTheFirstToken() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        model.becomes(exchange -> {
            switch (requests.incrementAndGet()) {
                case 1 -> exchange.answer(429, Map.of("Retry-After", "3"), "{\"error\":{\"message\":\"slow down\"}}");
                case 2 -> exchange.cut();
                default -> fourTokens(exchange);
            }
        });
        assertThat(ask(engine()).data()).containsEntry("answer", "Two and two is 4");
        assertThat(context.pauses()).containsExactly(Duration.ofSeconds(3), Duration.ofMillis(200));
        assertThat(context.contents("retry").get(0))
                .isEqualTo("the model has no time: slow down; asked again in 3000 ms");
    }

    @Test
    @DisplayName("Retry-After as a date is understood; one that is no use counts as absent")
    void readsDates() throws Exception {
        AtomicInteger requests = new AtomicInteger();
        model.becomes(exchange -> {
            switch (requests.incrementAndGet()) {
                case 1 -> exchange.answer(503, Map.of("Retry-After", "Sat, 21 Nov 2026 10:00:07 GMT"), "");
                case 2 -> exchange.answer(503, Map.of("Retry-After", "soon"), "");
                default -> fourTokens(exchange);
            }
        });
        ask(engine());
        assertThat(context.pauses()).containsExactly(Duration.ofSeconds(7), Duration.ofMillis(200));
    }

    @Test
    @DisplayName("A repetition that would begin after the query's deadline is not waited for")
    void doesNotWaitPastTheDeadline() {
        model.becomes(exchange -> exchange.answer(429, Map.of("Retry-After", "31"), ""));
        assertThat(fails(engine()).reason()).isEqualTo("upstream_rate_limited");
        assertThat(context.pauses()).isEmpty();
        assertThat(model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("After its first token a broken stream is an error, and is not repeated")
    void doesNotRepeatWhatWasHeard() {
        model.becomes(exchange -> {
            exchange.stream();
            exchange.token("half");
            exchange.cut();
        });
        assertThat(fails(engine()).reason()).isEqualTo("upstream_broken");
        assertThat(context.contents(Thought.TEXT)).containsExactly("half");
        assertThat(model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("A stream that ends in good order, and without a reason to, is broken off too")
    void missesTheEnd() {
        model.becomes(exchange -> {
            exchange.stream();
            exchange.token("half");
        });
        assertThat(fails(engine()).reason()).isEqualTo("upstream_broken");
    }

    @Test
    @DisplayName("Refusals are clear, are not repeated, and never repeat the credential")
    void tellsRefusals() {
        Map<Integer, String> reasons = Map.of(
                400, "upstream_rejected",
                401, "upstream_unauthorized",
                403, "upstream_unauthorized",
                404, "upstream_rejected");
        OpenAiEngine engine = engine();
        reasons.forEach((status, reason) -> {
            model.becomes(exchange -> exchange.answer(
                    status, Map.of(), "{\"error\":{\"message\":\"bad key " + KEY + " of team blue\\n2nd line\"}}"));
            EngineException failure = fails(engine);
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure.getMessage())
                    .doesNotContain(KEY)
                    .doesNotContain("blue")
                    .doesNotContain("\n");
        });
        assertThat(model.requests()).hasSize(4);
    }

    @Test
    @DisplayName("A model that is too slow to begin, or to go on, is an error that says so")
    void isPatientWithinBounds() {
        model.becomes(exchange -> {
            exchange.stream();
            await().until(exchange::isGone);
            exchange.cut();
        });
        assertThat(fails(engine(patience(Duration.ofMillis(200), Duration.ofSeconds(20)))))
                .hasMessage("the model did not begin within 200 ms")
                .extracting(EngineException::reason)
                .isEqualTo("upstream_timeout");
        model.becomes(exchange -> {
            exchange.stream();
            exchange.token("and then");
            await().until(exchange::isGone);
            exchange.cut();
        });
        assertThat(fails(engine(patience(Duration.ofSeconds(20), Duration.ofMillis(200)))))
                .hasMessage("the model did not go on within 200 ms");
        await().until(() -> model.sockets() == 0);
    }

    @Test
    @DisplayName("What is no stream, no JSON, no object or too long is an error")
    void refusesWhatItCannotRead() {
        model.becomes(exchange -> exchange.answer(200, Map.of("Content-Type", "application/json"), "{}"));
        assertThat(fails(engine())).hasMessage("the model's server does not stream");
        for (String event : List.of("{", "[]", "7", "")) {
            model.becomes(exchange -> {
                exchange.stream();
                exchange.event(event);
                await().until(exchange::isGone);
            });
            assertThat(fails(engine()).reason()).isEqualTo("upstream_protocol");
        }
        model.becomes(exchange -> {
            exchange.stream();
            while (true) {
                exchange.raw("data: " + "x".repeat(1000));
            }
        });
        assertThat(fails(engine())).hasMessage("an event of the model's stream is too long");
        await().until(() -> model.streams() == 0);
    }

    @Test
    @DisplayName("An error in the stream before its first token is repeated, then told")
    void tellsErrorsInTheStream() {
        model.becomes(exchange -> {
            exchange.stream();
            exchange.event("{\"error\":{\"message\":\"out of memory\",\"code\":500}}");
        });
        assertThat(fails(engine())).hasMessage("the model failed: out of memory");
        assertThat(model.requests()).hasSize(3);
    }

    @Test
    @DisplayName("A server that is not there is an error that says so")
    void isUnreachable() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        assertThat(fails(engine(config(URI.create("http://127.0.0.1:" + port + "/v1"))))
                        .reason())
                .isEqualTo("upstream_unreachable");
        assertThat(context.pauses()).hasSize(2);
    }

    @Test
    @DisplayName("An upstream that goes on failing is not asked for a while; refusals and interrupts do not count")
    void breaksTheCircuit() {
        OpenAiEngine engine = engine();
        model.becomes(exchange -> exchange.answer(400, Map.of(), ""));
        for (int i = 0; i < 8; i++) {
            assertThat(fails(engine).reason()).isEqualTo("upstream_rejected");
        }
        model.becomes(exchange -> exchange.answer(500, Map.of(), ""));
        assertThat(fails(engine).reason()).isEqualTo("upstream_unavailable");
        assertThat(fails(engine).getMessage()).contains("failed too often");
        int requests = model.requests().size();
        assertThat(fails(engine).getMessage()).contains("failed too often");
        assertThat(model.requests()).hasSize(requests);
    }

    @Test
    @DisplayName("A configuration that cannot be used is refused at the start, and names no secret")
    void refusesItsConfiguration() {
        for (String bad : List.of("[]", "{", "{\"model\":\"x\"}", "{} {}")) {
            OpenAiConfig usual = config(model.baseUrl());
            OpenAiConfig config = new OpenAiConfig(
                    usual.baseUrl(),
                    usual.model(),
                    usual.apiKey(),
                    usual.organization(),
                    Map.of(),
                    usual.systemPrompt(),
                    bad,
                    usual.connectTimeout(),
                    usual.firstTokenTimeout(),
                    usual.idleTimeout(),
                    0,
                    usual.retryBackoff(),
                    usual.maxEventBytes(),
                    usual.calling(),
                    usual.breaker());
            assertThatThrownBy(() -> engine(config).start()).hasMessageContaining("synapse.openai.parameters");
        }
    }
}
