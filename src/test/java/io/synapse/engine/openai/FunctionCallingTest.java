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
import io.synapse.engine.Tool;
import io.synapse.engine.ToolCall;
import io.synapse.engine.ToolContext;
import io.synapse.engine.library.ArithmeticTool;
import io.synapse.platform.Ticker;
import io.synapse.testing.ScriptedModel;
import io.synapse.tool.ToolRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FunctionCallingTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final String USER = "synapse-user";
    private static final String ADMIN = "synapse-admin";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ExecutorService http = Executors.newFixedThreadPool(OpenAiEngine.HTTP_THREADS);
    private final LiveContext context = new LiveContext();
    private final ScriptedModel model = new ScriptedModel(exchange -> {});

    /** Of which everything is given. */
    private record Given(String name, Set<String> roles, CompletionStage<Answer> answer, Runnable called)
            implements Tool {
        @Override
        public String description() {
            return "Gives what it was given.";
        }

        @Override
        public String inputSchema() {
            return "{\"type\":\"object\"}";
        }

        @Override
        public CompletionStage<Answer> call(ToolCall call, ToolContext with) {
            called.run();
            return answer;
        }
    }

    @AfterEach
    void close() throws Exception {
        model.close();
        http.shutdownNow();
    }

    private OpenAiEngine engine(List<String> offered, int rounds, int resultBytes) {
        return engine(new OpenAiConfig.Calling(offered, rounds, resultBytes), "{}");
    }

    private OpenAiEngine engine(OpenAiConfig.Calling calling, String parameters) {
        OpenAiConfig config = new OpenAiConfig(
                model.baseUrl(),
                Optional.of("scripted"),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty(),
                parameters,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                2,
                Duration.ofMillis(100),
                4096,
                calling,
                new OpenAiConfig.Breaker(50, 4, Duration.ofSeconds(30)));
        return new OpenAiEngine(config, true, http, Clock.fixed(NOW, ZoneOffset.UTC), Ticker.system());
    }

    private void tools(Tool... tools) {
        context.offer(new ToolRegistry(List.of(tools), Map.of(), Set.of(USER, ADMIN), 1 << 20).toolbox(Set.of(USER)));
    }

    private Answer ask(OpenAiEngine engine) throws EngineException {
        Question question = new Question(
                "a", "r", "How much is 6 times 7?", 5, NOW.plusSeconds(30), OptionalDouble.empty(), Optional.empty());
        return engine.answer(question, context).toCompletableFuture().join();
    }

    /** Wants a call, in pieces, as models do. */
    private static void want(ScriptedModel.Exchange exchange, String name, String... arguments) throws IOException {
        exchange.stream();
        exchange.token("Let me see. ");
        exchange.delta("\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\""
                + name + "\",\"arguments\":\"\"}}]");
        for (String piece : arguments) {
            exchange.delta("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"" + piece + "\"}}]");
        }
        exchange.done("tool_calls");
    }

    private static void say(ScriptedModel.Exchange exchange, String text) throws IOException {
        exchange.stream();
        exchange.token(text);
        exchange.done("stop");
    }

    private JsonNode request(int number) throws IOException {
        String whole = model.requests().get(number);
        return MAPPER.readTree(whole.substring(whole.indexOf("\n\n") + 2));
    }

    private static boolean isFirst(ScriptedModel.Exchange exchange) {
        return !exchange.body().contains("tool_call_id");
    }

    @Test
    @DisplayName("M10: a model calls a tool, each call is visible, and the model goes on with what the tool gave")
    void calls() throws Exception {
        tools(new ArithmeticTool());
        model.becomes(exchange -> {
            if (isFirst(exchange)) {
                want(exchange, "arithmetic", "{\\\"expres", "sion\\\":\\\"6*7\\\"}");
            } else {
                say(exchange, "It is 42.");
            }
        });
        Answer answer = ask(engine(List.of("*"), 3, 4096));
        assertThat(answer.data())
                .containsEntry("answer", "Let me see. It is 42.")
                .containsEntry("finish_reason", "stop");
        assertThat(answer.data().get("usage"))
                .as("of both requests")
                .hasToString(Map.of("input_tokens", 14L, "output_tokens", 10L, "total_tokens", 24L)
                        .toString());
        assertThat(context.thoughts())
                .extracting(Thought::type)
                .containsExactly("text", "tool_call", "tool_call", "tool_call", "tool_result", "text");
        JsonNode result = MAPPER.readTree(context.contents("tool_result").get(0));
        assertThat(result.path("id").asText()).isEqualTo("c1");
        assertThat(result.path("name").asText()).isEqualTo("arithmetic");
        assertThat(result.path("result").path("answer").asText()).isEqualTo("42");

        JsonNode offered = request(0).path("tools").path(0).path("function");
        assertThat(offered.path("name").asText()).isEqualTo("arithmetic");
        assertThat(offered.path("parameters").path("type").asText()).isEqualTo("object");
        assertThat(request(0).path("tool_choice").asText()).isEqualTo("auto");
        JsonNode messages = request(1).path("messages");
        assertThat(messages).hasSize(3);
        JsonNode call = messages.path(1).path("tool_calls").path(0);
        assertThat(messages.path(1).path("content").asText()).isEqualTo("Let me see. ");
        assertThat(call.path("function").path("arguments").asText()).isEqualTo("{\"expression\":\"6*7\"}");
        assertThat(messages.path(2).path("role").asText()).isEqualTo("tool");
        assertThat(messages.path(2).path("tool_call_id").asText()).isEqualTo("c1");
        assertThat(MAPPER.readTree(messages.path(2).path("content").asText())
                        .path("answer")
                        .asText())
                .isEqualTo("42");
    }

    private String toldTheModel() throws IOException {
        return request(1).path("messages").path(2).path("content").asText();
    }

    @Test
    @DisplayName(
            "M10: the model is offered what it is configured for and the asker may call, and can call nothing else")
    void permissions() throws Exception {
        AtomicReference<String> wanted = new AtomicReference<>();
        CountDownLatch never = new CountDownLatch(1);
        tools(
                new Given("admins", Set.of(ADMIN), Answer.of("secret").done(), never::countDown),
                new Given("hidden", Set.of(USER), Answer.of("hidden").done(), never::countDown),
                new Given("open", Set.of(USER), Answer.of("open").done(), () -> {}));
        model.becomes(exchange -> {
            if (isFirst(exchange)) {
                want(exchange, wanted.get(), "{}");
            } else {
                say(exchange, "done");
            }
        });
        for (String name : List.of("admins", "hidden", "nothing")) {
            wanted.set(name);
            model.requests().clear();
            ask(engine(List.of("admins", "open"), 3, 4096));
            assertThat(request(0).path("tools")).hasSize(1);
            assertThat(request(0).at("/tools/0/function/name").asText()).isEqualTo("open");
            assertThat(toldTheModel()).contains("unknown_tool");
        }
        assertThat(never.getCount()).as("none was called").isEqualTo(1);
        model.requests().clear();
        ask(engine(List.of(), 3, 4096));
        assertThat(model.requests()).as("with no tools it is as it was").hasSize(1);
        assertThat(request(0).has("tools")).isFalse();
    }

    @Test
    @DisplayName(
            "M10: the model learns what is wrong with a call, and can say so; the log and the client learn no more")
    void failures() throws Exception {
        tools(
                new ArithmeticTool(),
                new Given(
                        "breaks",
                        Set.of(USER),
                        CompletableFuture.failedFuture(new IllegalStateException("password")),
                        () -> {}),
                new Given("big", Set.of(USER), Answer.of("x".repeat(300)).done(), () -> {}));
        Map<String, String> reasons = Map.of(
                "arithmetic", "invalid_arguments",
                "breaks", "tool_failure",
                "big", "output_limit");
        for (Map.Entry<String, String> each : reasons.entrySet()) {
            model.becomes(exchange -> {
                if (isFirst(exchange)) {
                    want(exchange, each.getKey(), "{\\\"wrong\\\":1}");
                } else {
                    say(exchange, "sorry");
                }
            });
            model.requests().clear();
            ask(engine(List.of("*"), 3, 256));
            assertThat(toldTheModel()).contains(each.getValue()).doesNotContain("password");
        }
        model.becomes(exchange -> {
            if (isFirst(exchange)) {
                want(exchange, "arithmetic", "no json");
            } else {
                say(exchange, "sorry");
            }
        });
        model.requests().clear();
        ask(engine(List.of("*"), 3, 256));
        assertThat(toldTheModel()).contains("invalid_arguments");
    }

    @Test
    @DisplayName("M10: a model that calls without end must answer after so many rounds")
    void bounded() throws Exception {
        tools(new Given("open", Set.of(USER), Answer.of("more").done(), () -> {}));
        model.becomes(exchange -> {
            if (exchange.body().contains("\"tool_choice\":\"none\"")) {
                say(exchange, "enough");
            } else {
                want(exchange, "open", "{}");
            }
        });
        Answer answer = ask(engine(List.of("*"), 3, 4096));
        assertThat(model.requests()).hasSize(4);
        assertThat(context.contents("tool_result")).hasSize(3);
        assertThat((String) answer.data().get("answer")).endsWith("enough");
    }

    @Test
    @DisplayName("M10 B3: an interrupt while a tool works stops the tool, and the model is not asked again")
    void interrupted() throws Exception {
        CompletableFuture<Answer> working = new CompletableFuture<>();
        CountDownLatch called = new CountDownLatch(1);
        tools(new Given("open", Set.of(USER), working, called::countDown));
        context.cancellation().onCancel(() -> working.completeExceptionally(new QueryCancelledException("stopped")));
        model.becomes(exchange -> want(exchange, "open", "{}"));
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread worker = new Thread(() -> {
            try {
                ask(engine(List.of("*"), 3, 4096));
            } catch (EngineException | RuntimeException e) {
                thrown.set(e);
            }
        });
        worker.start();
        called.await();
        context.cancel(worker);
        await().untilAsserted(() -> assertThat(worker.isAlive()).isFalse());
        assertThat(thrown.get()).isInstanceOf(QueryCancelledException.class);
        assertThat(model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("M10: parameters of the configuration cannot take the place of the offered tools")
    void parameters() {
        assertThatThrownBy(() -> engine(new OpenAiConfig.Calling(List.of("*"), 3, 4096), "{\"tools\":[]}")
                        .start())
                .hasMessageContaining("must not have the field tools");
    }
}
