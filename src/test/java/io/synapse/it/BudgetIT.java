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
import java.util.concurrent.ConcurrentHashMap;
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

/** Budgets and late viewers in the server, with a model over real sockets that tells what it did. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class BudgetIT {

    private static final ScriptedModel MODEL = new ScriptedModel(BudgetIT::answer);
    private static final Map<String, ScriptedModel.Exchange> EXCHANGES = new ConcurrentHashMap<>();
    private static final String POOR = "the key of the poor";
    private static final String RICH = "the key of the rich";
    private static final int LIMIT = 200;
    private static final int LONG = 3000;
    private static final long PACE_NANOS = 300_000;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                "synapse.engine",
                "openai",
                "synapse.openai.base-url",
                MODEL.baseUrl().toString(),
                "synapse.openai.model",
                "scripted",
                "synapse.openai.api-key",
                "sk-of-the-tests",
                "synapse.auth.api-keys",
                "poor:" + Keys.sha256(POOR) + ",rich:" + Keys.sha256(RICH),
                "synapse.budget.subjects",
                "poor:0:" + LIMIT));
    }

    @AfterAll
    static void closeModel() throws IOException {
        MODEL.close();
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private static void answer(ScriptedModel.Exchange exchange) throws IOException {
        String question = new ObjectMapper()
                .readTree(exchange.body())
                .at("/messages/0/content")
                .asText();
        EXCHANGES.put(question, exchange);
        exchange.stream();
        for (int i = 0; question.startsWith("endless") || i < LONG; i++) {
            exchange.token("w" + i + " ");
            LockSupport.parkNanos(PACE_NANOS);
        }
        exchange.done("stop");
    }

    private Wire joined(String agent, String key) throws InterruptedException {
        Wire wire = Wire.open(server.webSocket("/cortex/websocket"));
        wire.join(agent, key);
        return wire;
    }

    @Test
    @DisplayName("B9: at 100 percent the model's socket is closed, and no token is produced after the client knows")
    void stopsTheModel() throws Exception {
        try (Wire wire = joined("b1", POOR)) {
            wire.query("q1", "endless", "");
            List<JsonNode> frames = wire.untilResult("q1");
            long knew = System.nanoTime();
            JsonNode result = frames.get(frames.size() - 1).path("payload");
            assertThat(result.path("status").asText()).isEqualTo("interrupted");
            assertThat(result.at("/data/reason").asText()).isEqualTo("budget_exhausted");
            assertThat(result.path("last_seq").asInt()).isBetween(1, LIMIT);
            assertThat(frames.stream()
                            .filter(frame -> frame.path("event").asText().equals("budget"))
                            .map(frame -> frame.at("/payload/percent").asInt())
                            .map(percent -> percent / 5 * 5))
                    .containsExactly(80, 95);
            ScriptedModel.Exchange exchange = EXCHANGES.get("endless");
            await().until(() -> MODEL.streams() == 0);
            assertThat(exchange.producedAfter(knew)).isFalse();
            assertThat(Server.get(server.http("/api/metrics"), RICH).body())
                    .contains("\nsynapse_budget_stopped_total 1\n");

            wire.query("q2", "endless again", "");
            JsonNode refusal = wire.next("phx_reply").path("response");
            assertThat(refusal.path("reason").asText()).isEqualTo("budget_exhausted");
            assertThat(refusal.path("kind").asText()).isEqualTo("output_tokens");
            assertThat(refusal.path("retry_after_ms").asLong()).isPositive();
            assertThat(EXCHANGES).doesNotContainKey("endless again");
            wire.send("{\"event\":\"budget\",\"payload\":{},\"ref\":\"b\"}");
            JsonNode budget = wire.next("phx_reply").at("/response/budgets/0");
            assertThat(budget.path("limit").asInt()).isEqualTo(LIMIT);
            assertThat(budget.path("used").asInt()).isBetween(LIMIT, LIMIT + 2);
        }
    }

    private static String text(List<JsonNode> frames) {
        return frames.stream()
                .map(frame -> frame.path("payload"))
                .map(payload ->
                        payload.path("text").asText(payload.path("content").asText()))
                .collect(Collectors.joining());
    }

    @Test
    @DisplayName("B6: five who come in the middle of an answer have a snapshot, then live thoughts, and the same text")
    void latecomers() throws Exception {
        try (Wire first = joined("b2", RICH)) {
            first.query("q1", "long", "");
            List<Wire> viewers = new ArrayList<>();
            for (int viewer = 0; viewer < 5; viewer++) {
                for (int i = 0; i < 20; i++) {
                    first.next("thought");
                }
                Wire late = joined("b2", RICH);
                viewers.add(late);
                late.send("{\"event\":\"resume\",\"payload\":{\"ref\":\"q1\",\"snapshot\":true}}");
            }
            for (Wire late : viewers) {
                List<JsonNode> frames = late.untilResult("q1");
                check(frames.subList(1, frames.size() - 1), frames.get(frames.size() - 1));
                late.close();
            }
        }
    }

    private static void check(List<JsonNode> shown, JsonNode result) {
        assertThat(shown.get(0).path("event").asText()).isEqualTo("snapshot");
        assertThat(shown.size()).isGreaterThan(1);
        long seq = 0;
        for (JsonNode frame : shown) {
            JsonNode payload = frame.path("payload");
            long to = payload.path("seq").asLong();
            long from = payload.has("after_seq")
                    ? payload.path("after_seq").asLong() + 1
                    : payload.path("seq_from").asLong(to);
            assertThat(from).isEqualTo(seq + 1);
            seq = to;
        }
        assertThat(seq).isEqualTo(LONG);
        assertThat(result.at("/payload/data/answer").asText()).isEqualTo(text(shown));
    }
}
