package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.agent.Workers;
import io.synapse.testing.FakeTransport.Behaviour;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Workers as connections on {@code /ws}; what they say is in the conversations. */
@Timeout(60)
class WorkerHandlerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Workers.Status NOBODY = new Workers.Status(0, 0, 0, 0);

    private final GatewayFixture fixture = new GatewayFixture();
    private final GatewayFixture.Client user = fixture.user();
    private final GatewayFixture.Client worker = fixture.open("synapse-agent");

    WorkerHandlerTest() {
        worker.next();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private JsonNode register(String agent, int capacity) {
        return parsed(worker.ask(
                        "{\"id\":1,\"type\":\"register\",\"agent\":\"%s\",\"capacity\":%d}".formatted(agent, capacity)))
                .path("result");
    }

    private void ask(String agent, String ref, String question) {
        user.ask("{\"type\":\"query\",\"agent\":\"%s\",\"ref\":\"%s\",\"q\":\"%s\"}".formatted(agent, ref, question));
    }

    @Test
    @DisplayName(
            "registering again is the same worker with another capacity, also after unregistering; it ends with the connection")
    void registersAgain() {
        JsonNode first = register("poet", 1);
        JsonNode second = register("poet", 5);
        assertThat(second.path("worker_id")).isEqualTo(first.path("worker_id"));
        assertThat(fixture.workers.status()).isEqualTo(new Workers.Status(1, 5, 0, 0));
        worker.ask("{\"type\":\"unregister\",\"agent\":\"poet\"}");
        assertThat(fixture.workers.status()).isEqualTo(NOBODY);
        assertThat(register("poet", 1000).path("capacity").asInt()).isEqualTo(100);
        assertThat(fixture.workers.status()).isEqualTo(new Workers.Status(1, 100, 0, 0));
        worker.close();
        assertThat(fixture.workers.status()).isEqualTo(NOBODY);
    }

    @Test
    @DisplayName("one connection serves several agents, each with a capacity of its own, and may ask, too")
    void servesSeveralAgents() {
        assertThat(register("poet", 1).path("worker_id"))
                .isNotEqualTo(register("bard", 2).path("worker_id"));
        assertThat(fixture.workers.status()).isEqualTo(new Workers.Status(2, 3, 0, 0));
        ask("poet", "q1", "one");
        ask("bard", "q2", "two");
        List<JsonNode> tasks =
                Stream.of(parsed(worker.next()), parsed(worker.next())).toList();
        assertThat(tasks.stream().map(task -> task.path("agent").asText()).collect(Collectors.toSet()))
                .isEqualTo(Set.of("poet", "bard"));
        for (JsonNode task : tasks) {
            worker.ask("{\"id\":7,\"type\":\"task_result\",\"task\":\"%s\",\"answer\":\"x\"}"
                    .formatted(task.path("task").asText()));
        }
        assertThat(Stream.of(user.next(), user.next())
                        .map(text -> parsed(text).path("status").asText()))
                .containsOnly("success");
    }

    @Test
    @DisplayName("another connection cannot say anything of a task that is not its own")
    void cannotMeddle() {
        register("poet", 1);
        ask("poet", "q1", "one");
        String task = parsed(worker.next()).path("task").asText();
        GatewayFixture.Client other = fixture.open("synapse-agent");
        other.next();
        for (GatewayFixture.Client stranger : List.of(other, user)) {
            String answer = stranger.ask(
                    "{\"id\":1,\"type\":\"task_result\",\"task\":\"%s\",\"answer\":\"x\"}".formatted(task));
            assertThat(parsed(answer).path("message").asText()).isEqualTo("task_over");
        }
        worker.ask("{\"id\":1,\"type\":\"task_result\",\"task\":\"%s\",\"answer\":\"mine\"}".formatted(task));
        assertThat(parsed(user.next()).at("/data/answer").asText()).isEqualTo("mine");
    }

    @Test
    @DisplayName("M24: a worker that reads slowly gets long questions one after the other, and is not cut off")
    void readsSlowly() {
        register("poet", 4);
        worker.transport.behave(Behaviour.LATER);
        String question = "x".repeat(500_000);
        for (int i = 0; i < 4; i++) {
            ask("poet", "q" + i, question);
        }
        await().until(() -> fixture.workers.status().running() == 4);
        assertThat(worker.connection.isOpen()).isTrue();
        List<String> refs = new ArrayList<>();
        while (refs.size() < 4) {
            worker.transport.completeNext();
            worker.rest().stream()
                    .map(WorkerHandlerTest::parsed)
                    .filter(message -> message.path("type").asText().equals("task"))
                    .forEach(task -> refs.add(task.path("ref").asText()));
        }
        assertThat(refs).doesNotHaveDuplicates();
        worker.close();
        assertThat(fixture.workers.status().running()).isZero();
    }
}
