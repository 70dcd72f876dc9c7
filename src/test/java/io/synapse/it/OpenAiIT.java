package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.ScriptedModel;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The language-model engine in the server, with a model over real sockets that tells what it did. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class OpenAiIT {

    private static final System.Logger LOGGER = System.getLogger(OpenAiIT.class.getName());
    private static final ScriptedModel MODEL = new ScriptedModel(OpenAiIT::answer);
    private static final Map<String, ScriptedModel.Exchange> EXCHANGES = new ConcurrentHashMap<>();
    private static final int CONNECTIONS = 8;
    private static final int INTERRUPTS = 125;
    private static final long PACE_NANOS = 300_000;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                "synapse.engine", "openai",
                "synapse.openai.base-url", MODEL.baseUrl().toString(),
                "synapse.openai.model", "scripted",
                "synapse.openai.api-key", "sk-of-the-tests",
                "synapse.openai.retry-backoff", "PT0.01S",
                "synapse.openai.tools", "arithmetic"));
    }

    @AfterAll
    static void closeModel() throws IOException {
        MODEL.close();
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    /** Does what the question says. */
    private static void answer(ScriptedModel.Exchange exchange) throws IOException {
        String question = new ObjectMapper()
                .readTree(exchange.body())
                .at("/messages/0/content")
                .asText();
        EXCHANGES.put(question, exchange);
        if (question.startsWith("refuse")) {
            exchange.answer(401, Map.of(), "{\"error\":{\"message\":\"Incorrect API key: sk-of-the-tests\"}}");
            return;
        }
        exchange.stream();
        if (question.startsWith("compute") && !exchange.body().contains("tool_call_id")) {
            exchange.delta("\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"function\":{\"name\":\"arithmetic\","
                    + "\"arguments\":\"{\\\"expression\\\":\\\"6*7\\\"}\"}}]");
            exchange.done("tool_calls");
            return;
        }
        if (question.startsWith("endless")) {
            while (true) {
                exchange.token("x");
                LockSupport.parkNanos(PACE_NANOS);
            }
        }
        exchange.delta("\"reasoning\":\"two and two\"");
        exchange.token("It is");
        exchange.token(" 4.");
        exchange.done("stop");
    }

    @Test
    @DisplayName("A language model answers: reasoning and text as thoughts, usage in the result")
    void answers() throws Exception {
        try (Wire wire = Wire.joined(server, "llm")) {
            wire.query("q1", "What is 2+2?", "");
            List<JsonNode> frames = wire.untilResult("q1");
            assertThat(frames.stream()
                            .filter(frame -> frame.path("event").asText().equals("thought"))
                            .map(frame -> frame.at("/payload/type").asText() + ":"
                                    + frame.at("/payload/content").asText())
                            .collect(Collectors.joining("|")))
                    .isEqualTo("reasoning:two and two|text:It is|text: 4.");
            JsonNode result = frames.get(frames.size() - 1).path("payload");
            assertThat(result.at("/data/answer").asText()).isEqualTo("It is 4.");
            assertThat(result.at("/data/usage/output_tokens").asInt()).isEqualTo(5);
        }
    }

    @Test
    @DisplayName("M10: the model has a tool called, which shows, and is told what it gave")
    void callsTools() throws Exception {
        try (Wire wire = Wire.joined(server, "llm")) {
            wire.query("q3", "compute", "");
            List<String> types = wire.untilResult("q3").stream()
                    .filter(frame -> frame.path("event").asText().equals("thought"))
                    .map(frame -> frame.at("/payload/type").asText())
                    .toList();
            assertThat(types).containsExactly("tool_call", "tool_result", "reasoning", "text", "text");
            JsonNode told = new ObjectMapper().readTree(EXCHANGES.get("compute").body());
            assertThat(told.at("/messages/2/content").asText()).contains("\"answer\":\"42\"");
        }
    }

    @Test
    @DisplayName("An upstream that refuses ends the query with a reason that holds no secret")
    void tellsRefusals() throws Exception {
        try (Wire wire = Wire.joined(server, "llm")) {
            wire.query("q2", "refuse", "");
            JsonNode result = wire.next("result");
            assertThat(result.path("status").asText()).isEqualTo("error");
            assertThat(result.at("/data/reason").asText()).isEqualTo("upstream_unauthorized");
            assertThat(result.toString()).doesNotContain("sk-of-the-tests");
        }
    }

    /** What a client does to its running query. */
    private enum Event {
        DISCONNECT,
        INTERRUPT,
        RELOAD
    }

    static List<Arguments> matrix() {
        return List.of(
                Arguments.of(Event.DISCONNECT, "continue", true),
                Arguments.of(Event.DISCONNECT, "cancel", false),
                Arguments.of(Event.DISCONNECT, "cancel_after(100)", false),
                Arguments.of(Event.DISCONNECT, "cancel_after(60000)", true),
                Arguments.of(Event.INTERRUPT, "continue", false),
                Arguments.of(Event.INTERRUPT, "cancel", false),
                Arguments.of(Event.INTERRUPT, "cancel_after(60000)", false),
                Arguments.of(Event.RELOAD, "continue", true),
                Arguments.of(Event.RELOAD, "cancel", false),
                Arguments.of(Event.RELOAD, "cancel_after(60000)", true));
    }

    @ParameterizedTest(name = "{0}, {1}: the model goes on: {2}")
    @MethodSource("matrix")
    @DisplayName("B2: what becomes of the model's work when its client disconnects, interrupts or reloads")
    void upstreamState(Event event, String rule, boolean goesOn) throws Exception {
        String ref = event + rule;
        String agent = "matrix-" + event;
        try (Wire wire = Wire.joined(server, agent)) {
            wire.query(ref, "endless " + ref, ",\"on_disconnect\":\"" + rule + "\"");
            wire.next("thought");
            if (event == Event.INTERRUPT) {
                wire.interrupt(ref);
                assertThat(wire.next("result").path("status").asText()).isEqualTo("interrupted");
            }
        }
        if (!goesOn) {
            await().until(() -> MODEL.streams() == 0);
        }
        try (Wire back = Wire.joined(server, agent)) {
            if (event == Event.RELOAD) {
                back.resume(ref, 0);
                back.next("thought");
            }
            if (goesOn) {
                long now = System.nanoTime();
                await().until(() -> EXCHANGES.get("endless " + ref).producedAfter(now));
                back.interrupt(ref);
                assertThat(back.next(frame -> frame.path("ref").asText().equals("i"))
                                .at("/payload/response/stopped")
                                .asBoolean())
                        .isTrue();
            } else if (event == Event.RELOAD) {
                assertThat(back.next("result").path("status").asText()).isEqualTo("interrupted");
            }
        }
        await().until(() -> MODEL.streams() == 0);
    }

    @Test
    @DisplayName(
            "M6, B3: 1,000 interrupts at random moments: no token is produced after the acknowledgement, no socket stays")
    void stopsForGood() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<Future<long[]>> running = new ArrayList<>();
            for (int client = 0; client < CONNECTIONS; client++) {
                int number = client;
                running.add(clients.submit(() -> interrupts("c" + number, new Random(number))));
            }
            long[] nanos = new long[0];
            for (Future<long[]> one : running) {
                long[] more = one.get();
                nanos = Arrays.copyOf(nanos, nanos.length + more.length);
                System.arraycopy(more, 0, nanos, nanos.length - more.length, more.length);
            }
            Arrays.sort(nanos);
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "{0} interrupts, from the client''s message to the reply: p50 {1} us, p99 {2} us",
                    nanos.length,
                    nanos[nanos.length / 2] / 1000,
                    nanos[nanos.length * 99 / 100] / 1000);
        } finally {
            clients.shutdownNow();
        }
        await().until(() -> MODEL.streams() == 0);
    }

    private long[] interrupts(String agent, Random random) throws Exception {
        long[] nanos = new long[INTERRUPTS];
        try (Wire wire = Wire.joined(server, agent)) {
            for (int i = 0; i < INTERRUPTS; i++) {
                String ref = agent + "-" + i;
                wire.query(ref, "endless " + ref, "");
                int thoughts = random.nextInt(6);
                if (thoughts == 0) {
                    wire.next("phx_reply");
                }
                for (int seen = 0; seen < thoughts; seen++) {
                    wire.next("thought");
                }
                LockSupport.parkNanos(random.nextInt(3_000_000));
                long begun = System.nanoTime();
                wire.interrupt(ref);
                JsonNode reply = wire.next(frame -> frame.path("ref").asText().equals("i"));
                long acknowledged = System.nanoTime();
                nanos[i] = acknowledged - begun;
                assertThat(reply.at("/payload/response/stopped").asBoolean()).isTrue();
                assertThat(wire.next("result").path("status").asText()).isEqualTo("interrupted");
                ScriptedModel.Exchange exchange = EXCHANGES.get("endless " + ref);
                // stopped so early that the model was never asked
                if (exchange != null) {
                    assertThat(exchange.producedAfter(acknowledged)).isFalse();
                }
            }
        }
        return nanos;
    }
}
