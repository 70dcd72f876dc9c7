package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.Keys;
import io.synapse.testing.ScriptedModel;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
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

/** Conversations in the server: what a language model behind it is told of what was said before. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ConversationIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger TOKENS = new AtomicInteger();
    private static final ScriptedModel MODEL = new ScriptedModel(ConversationIT::answer);
    private static final long PACE_NANOS = 300_000;
    private static final int ROUNDS = 40;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.mode", "production",
                "synapse.auth.api-keys", "ann:" + Keys.sha256("ann-key") + ",bob:" + Keys.sha256("bob-key"),
                "synapse.engine", "openai",
                "synapse.openai.base-url", MODEL.baseUrl().toString(),
                "synapse.openai.system-prompt", "Be brief.",
                "synapse.openai.model", "scripted"));
    }

    @AfterAll
    static void closeModel() throws IOException {
        MODEL.close();
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    /** Tells without end, each word another one, or repeats the question. */
    private static void answer(ScriptedModel.Exchange exchange) throws IOException {
        JsonNode messages = JSON.readTree(exchange.body()).path("messages");
        String question = messages.get(messages.size() - 1).path("content").asText();
        // One that was stopped without a word comes again, before the next one.
        boolean isEndless = question.contains("endless") && !question.contains("after");
        exchange.stream();
        while (isEndless) {
            exchange.token("w" + TOKENS.incrementAndGet() + " ");
            LockSupport.parkNanos(PACE_NANOS);
        }
        exchange.token("so " + question.replace('\n', ' '));
        exchange.done("stop");
    }

    private Wire open(String key) throws InterruptedException {
        Wire wire = Wire.open(server.webSocket("/cortex/websocket"));
        wire.join("llm", key);
        return wire;
    }

    /** What the model was told when this was asked: role and content of each message. */
    private static List<String> told(String question) {
        List<String> bodies = await().until(
                        () -> MODEL.requests().stream()
                                .map(request -> request.substring(request.indexOf("\n\n") + 2))
                                .filter(body -> body.contains(question + "\"}]"))
                                .toList(),
                        found -> !found.isEmpty());
        assertThat(bodies).hasSize(1);
        List<String> messages = new ArrayList<>();
        read(bodies.get(0))
                .path("messages")
                .forEach(message -> messages.add(message.path("role").asText() + ": "
                        + message.path("content").asText()));
        return messages;
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError(json, e);
        }
    }

    private static String shown(List<JsonNode> frames) {
        StringBuilder text = new StringBuilder();
        for (JsonNode frame : frames) {
            if (frame.path("event").asText().equals("thought")) {
                text.append(frame.at("/payload/content").asText());
            }
        }
        return text.toString();
    }

    private static JsonNode conversation(Wire wire, String id) throws InterruptedException {
        wire.send("{\"event\":\"conversation\",\"payload\":{\"conversation_id\":\"%s\"},\"ref\":\"c\"}".formatted(id));
        return wire.next(frame -> frame.path("ref").asText().equals("c")).at("/payload/response");
    }

    @Test
    @DisplayName("B4: after an interrupt at any moment the model is told exactly what the client was shown")
    void tellsWhatWasShown() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            String id = "round-" + round;
            String of = ",\"conversation_id\":\"" + id + "\"";
            List<JsonNode> frames = new ArrayList<>();
            try (Wire wire = open("ann-key")) {
                wire.query(id + "-1", "endless " + id, of);
                for (int seen = random.nextInt(5); seen > 0; seen--) {
                    frames.add(wire.next(frame -> frame.path("event").asText().equals("thought")));
                }
                LockSupport.parkNanos(random.nextInt(3_000_000));
                if (round % 2 == 0) {
                    wire.interrupt(id + "-1");
                    frames.addAll(wire.untilResult(id + "-1"));
                    wire.query(id + "-2", "after " + id, of);
                } else {
                    wire.query(id + "-2", "after " + id, of + ",\"double_texting\":\"interrupt\"");
                    frames.addAll(wire.untilResult(id + "-1"));
                }
                wire.untilResult(id + "-2");
            }
            String shown = shown(frames);
            List<String> messages = told("after " + id);
            if (shown.isEmpty()) {
                assertThat(messages).containsExactly("system: Be brief.", "user: endless " + id + "\n\nafter " + id);
            } else {
                assertThat(messages)
                        .containsExactly(
                                "system: Be brief.", "user: endless " + id, "assistant: " + shown, "user: after " + id);
            }
            // And it can be read, on another connection, by its subject only.
            try (Wire later = open("ann-key");
                    Wire other = open("bob-key")) {
                JsonNode read = conversation(later, id);
                assertThat(read.path("turns")).hasSize(2);
                JsonNode first = read.at("/turns/0");
                assertThat(first.path("answer").asText()).isEqualTo(shown);
                assertThat(first.path("status").asText()).isEqualTo("interrupted");
                assertThat(first.path("truncated_at_seq").asInt())
                        .isEqualTo(frames.get(frames.size() - 1)
                                .at("/payload/last_seq")
                                .asInt());
                assertThat(read.at("/turns/1/status").asText()).isEqualTo("success");
                assertThat(conversation(other, id).path("reason").asText()).isEqualTo("not_found");
            }
        }
        await().until(() -> MODEL.streams() == 0);
    }

    @Test
    @DisplayName("What is rolled back is not told to the model, and a client that goes leaves its turn")
    void rollsBack() throws Exception {
        String of = ",\"conversation_id\":\"rolled\"";
        try (Wire wire = open("ann-key")) {
            wire.query("r1", "first", of);
            wire.untilResult("r1");
            wire.query("r2", "endless and wrong", of);
            wire.next("thought");
            wire.query("r3", "right", of + ",\"double_texting\":\"rollback\"");
            assertThat(wire.next("result").path("status").asText()).isEqualTo("interrupted");
            wire.untilResult("r3");
        }
        assertThat(told("right"))
                .containsExactly("system: Be brief.", "user: first", "assistant: so first", "user: right");
        try (Wire gone = open("ann-key")) {
            gone.query("r4", "alone", of);
            // What an aborted connection sent and nobody has read is lost, as it should be.
            gone.next("thought");
        }
        try (Wire later = open("ann-key")) {
            await().until(() -> conversation(later, "rolled").path("turns").size() == 3);
            later.query("r5", "last", of + ",\"double_texting\":\"reject\"");
            later.untilResult("r5");
        }
        assertThat(told("last")).endsWith("user: alone", "assistant: so alone", "user: last");
    }
}
