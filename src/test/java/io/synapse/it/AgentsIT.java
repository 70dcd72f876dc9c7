package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.it.DocumentedWorker.Language;
import io.synapse.testing.Keys;
import java.net.URI;
import java.net.URL;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents that are programs of their own, among them the examples of {@code docs/agents.md}, over real sockets. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class AgentsIT {

    private static final String USER = "user-key";
    private static final String WORKER = "worker-key";
    private static final String SHOUT = "shout";
    private static final String LONG =
            IntStream.range(0, 1000).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                "synapse.agents.remote",
                "shout,team-*",
                "synapse.agents.wait",
                "PT3S",
                "synapse.auth.api-keys",
                "user:" + Keys.sha256(USER) + ",worker:" + Keys.sha256(WORKER) + ":shout|team-a|guide:synapse-agent"));
    }

    @BeforeEach
    void awaitServer() throws Exception {
        server = Server.ready(url);
        workers(0);
    }

    private long metric(String name) throws Exception {
        String text = Server.get(server.http("/api/metrics"), USER).body();
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in\n" + text));
    }

    private void workers(int count) {
        await().atMost(30, SECONDS).until(() -> metric("synapse_workers") == count);
    }

    private URI socket() {
        return server.webSocket("/ws");
    }

    private Wire open(String key) throws InterruptedException {
        Wire wire = Wire.open(socket(), builder -> builder.header("Authorization", "Bearer " + key));
        next(wire, "system");
        return wire;
    }

    /** The next message of a type; what comes before it is passed over. */
    private static JsonNode next(Wire wire, String type) throws InterruptedException {
        return wire.next(message -> message.path("type").asText().equals(type));
    }

    private Wire worker(String agent) throws InterruptedException {
        Wire wire = open(WORKER);
        wire.send("{\"id\":1,\"type\":\"register\",\"agent\":\"%s\",\"capacity\":1}".formatted(agent));
        assertThat(next(wire, "response").at("/result/agent").asText()).isEqualTo(agent);
        return wire;
    }

    private static void ask(Wire wire, String agent, String ref, String question) {
        wire.send("{\"type\":\"query\",\"agent\":\"%s\",\"ref\":\"%s\",\"q\":\"%s\"}".formatted(agent, ref, question));
    }

    private static void say(Wire wire, String type, JsonNode task, String more) {
        wire.send("{\"type\":\"%s\",\"task\":\"%s\"%s}"
                .formatted(type, task.path("task").asText(), more));
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    @DisplayName("M4 M6: the worker that docs/agents.md shows answers, stops when it is interrupted, and goes on")
    void servesAsDocumented(Language language) throws Exception {
        try (DocumentedWorker worker = DocumentedWorker.start(language, socket(), WORKER, SHOUT);
                Wire user = open(USER)) {
            workers(1);
            ask(user, SHOUT, language + "1", "hello world");
            assertThat(next(user, "thought").at("/thought/content").asText()).isEqualTo("HELLO ");
            assertThat(next(user, "result").at("/data/answer").asText())
                    .as(worker.printed())
                    .isEqualTo("HELLO WORLD ");

            ask(user, SHOUT, language + "2", LONG);
            next(user, "thought");
            user.send("{\"id\":9,\"type\":\"interrupt\",\"agent\":\"shout\",\"ref\":\"%s2\"}".formatted(language));
            JsonNode reply = wireReply(user, 9);
            assertThat(reply.path("stopped").asBoolean()).isTrue();
            assertThat(reply.path("stopped_after_ms").asLong()).isLessThan(1000);
            JsonNode interrupted = user.next();
            assertThat(interrupted.path("type").asText()).isEqualTo("interrupted");
            JsonNode result = user.next();
            assertThat(result.path("status").asText()).isEqualTo("interrupted");
            assertThat(result.path("last_seq")).isEqualTo(reply.path("last_seq"));

            ask(user, SHOUT, language + "3", "again");
            assertThat(next(user, "result").at("/data/answer").asText()).isEqualTo("AGAIN ");
        }
    }

    private static JsonNode wireReply(Wire wire, int id) throws InterruptedException {
        return wire.next(message -> message.path("id").asInt() == id).path("result");
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    @DisplayName("a worker that is killed before its first thought: another one answers")
    void handsOver(Language language) throws Exception {
        try (Wire user = open(USER)) {
            Wire doomed = worker(SHOUT);
            ask(user, SHOUT, language + "4", "who are you");
            assertThat(next(doomed, "task").path("attempt").asInt()).isEqualTo(1);
            try (DocumentedWorker other = DocumentedWorker.start(language, socket(), WORKER, SHOUT)) {
                workers(2);
                doomed.close();
                assertThat(next(user, "result").at("/data/answer").asText())
                        .as(other.printed())
                        .isEqualTo("WHO ARE YOU ");
            }
        }
        workers(0);
    }

    @ParameterizedTest
    @EnumSource(Language.class)
    @DisplayName(
            "a worker whose process is killed amid its answer: agent_lost, once, and the next worker takes the next query")
    void losesWhatWasBegun(Language language) throws Exception {
        try (Wire user = open(USER);
                DocumentedWorker worker = DocumentedWorker.start(language, socket(), WORKER, SHOUT)) {
            workers(1);
            ask(user, SHOUT, language + "5", LONG);
            next(user, "thought");
            worker.kill();
            JsonNode result = next(user, "result");
            assertThat(result.path("status").asText()).isEqualTo("error");
            assertThat(result.at("/data/reason").asText()).isEqualTo("agent_lost");
            ask(user, SHOUT, language + "6", "next");
            try (Wire other = worker(SHOUT)) {
                JsonNode task = next(other, "task");
                say(other, "task_result", task, ",\"answer\":\"mine\"");
                // It would stand before the next result if the lost query had another one.
                JsonNode next = next(user, "result");
                assertThat(next.path("ref").asText()).isEqualTo(language + "6");
                assertThat(next.at("/data/answer").asText()).isEqualTo("mine");
            }
        }
    }

    @Test
    @DisplayName("two workers, one on each socket, share the load, and each says what it may")
    void sharesTheLoad() throws Exception {
        try (Wire user = open(USER);
                Wire gateway = open(WORKER);
                Wire cortex = Wire.open(server.webSocket("/cortex/websocket"))) {
            gateway.send("{\"id\":1,\"type\":\"register\",\"agent\":\"team-a\",\"capacity\":3}");
            next(gateway, "response");
            assertThat(cortex.join("team-a", WORKER).path("status").asText()).isEqualTo("ok");
            cortex.send("{\"event\":\"register\",\"payload\":{\"capacity\":3},\"ref\":\"2\"}");
            assertThat(cortex.next("phx_reply").at("/response/capacity").asInt())
                    .isEqualTo(3);
            workers(2);
            for (int i = 0; i < 6; i++) {
                ask(user, "team-a", "load" + i, "q");
            }
            // All are given before any is answered, or who answers first gets more.
            List<JsonNode> ofGateway = new ArrayList<>();
            List<JsonNode> ofCortex = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                ofGateway.add(next(gateway, "task"));
                ofCortex.add(cortex.next("task"));
            }
            Set<String> refs = new HashSet<>();
            for (JsonNode task : ofGateway) {
                refs.add(task.path("ref").asText());
                say(gateway, "task_thought", task, ",\"content\":\"of gateway\"");
                say(gateway, "task_result", task, ",\"answer\":\"gateway\"");
            }
            for (JsonNode task : ofCortex) {
                refs.add(task.path("ref").asText());
                String name = task.path("task").asText();
                cortex.send("{\"event\":\"task_thought\",\"payload\":{\"task\":\"%s\",\"content\":\"c\"},\"ref\":\"3\"}"
                        .formatted(name));
                assertThat(cortex.next("phx_reply").at("/response/seq").asInt()).isEqualTo(1);
                cortex.send("{\"event\":\"task_result\",\"payload\":{\"task\":\"%s\",\"answer\":\"cortex\"}}"
                        .formatted(name));
            }
            assertThat(refs).hasSize(6);
            Map<String, Integer> answers = new HashMap<>();
            for (int i = 0; i < 6; i++) {
                answers.merge(next(user, "result").at("/data/answer").asText(), 1, Integer::sum);
            }
            assertThat(answers).isEqualTo(Map.of("gateway", 3, "cortex", 3));
            // Who leaves the topic serves it no more.
            cortex.send("{\"event\":\"phx_leave\",\"payload\":{},\"ref\":\"9\"}");
            workers(1);
        }
        workers(0);
    }

    @Test
    @DisplayName("M18: a key without the role, for another agent, or for an agent that is not remote cannot register")
    void refuses() throws Exception {
        try (Wire user = open(USER);
                Wire worker = open(WORKER)) {
            user.send("{\"id\":1,\"type\":\"register\",\"agent\":\"shout\"}");
            assertThat(next(user, "error").path("message").asText()).isEqualTo("forbidden");
            for (String agent : Set.of("team-b", "guide")) {
                worker.send("{\"id\":1,\"type\":\"register\",\"agent\":\"%s\"}".formatted(agent));
                assertThat(next(worker, "error").path("message").asText()).isEqualTo("forbidden");
            }
            assertThat(metric("synapse_workers")).isZero();
        }
    }

    @Test
    @DisplayName("an agent that only workers serve: without one, no_worker in time, and when to try again")
    void hasNoWorker() throws Exception {
        try (Wire user = open(USER)) {
            ask(user, "team-none", "n1", "anybody?");
            JsonNode result = next(user, "result");
            assertThat(result.at("/data/reason").asText()).isEqualTo("no_worker");
            assertThat(result.at("/data/retry_after_ms").asLong()).isEqualTo(3000);
            assertThat(result.path("latency_ms").asLong()).isBetween(2900L, 20_000L);
        }
    }
}
