package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.testing.Keys;
import java.net.URL;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two keys, which are two tenants, and few places. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class FairnessIT {

    private static final String SOCKET = "/cortex/websocket";
    private static final String FLOODING = "the key of the batch";
    private static final String MODEST = "the key of the web";

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                        "synapse.engine",
                        "probe",
                        "synapse.query.max-concurrent",
                        "2",
                        "synapse.query.max-queued",
                        "8",
                        "synapse.query.max-concurrent-per-tenant",
                        "0",
                        "synapse.query.position-interval",
                        "PT0.1S",
                        "synapse.auth.api-keys",
                        "batch:" + Keys.sha256(FLOODING) + ",web:" + Keys.sha256(MODEST)))
                .addClasses(ProbeEngine.class, ProbeServlet.class, TyrusProbe.class, ProbeClock.class);
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private Wire joined(String agent, String key) throws InterruptedException {
        Wire wire = Wire.open(server.webSocket(SOCKET));
        assertThat(wire.join(agent, key).path("status").asText()).isEqualTo("ok");
        return wire;
    }

    private static JsonNode of(Wire wire, String event, String ref) throws InterruptedException {
        return wire.next(frame -> frame.path("event").asText().equals(event)
                        && frame.at("/payload/ref").asText().equals(ref))
                .path("payload");
    }

    @Test
    @DisplayName("B8: while one key floods, its queries are told their places, and another key has the next turn")
    void sharesThePlaces() throws Exception {
        try (Wire flood = joined("batch", FLOODING);
                Wire other = joined("web", MODEST)) {
            flood.query("a0", "block", "");
            flood.query("a1", "block", "");
            flood.next("thought");
            flood.next("thought");
            for (int i = 2; i < 6; i++) {
                flood.query("a" + i, "block", "");
                assertThat(of(flood, "queued", "a" + i).path("position").asInt())
                        .isEqualTo(i - 1);
            }
            flood.query("a6", "block", "");
            JsonNode refused = flood.next(
                            frame -> frame.at("/payload/status").asText().equals("error"))
                    .at("/payload/response");
            assertThat(refused.path("reason").asText()).isEqualTo("overloaded");
            assertThat(refused.path("bound").asText()).isEqualTo("tenant");
            assertThat(refused.path("retry_after_ms").asInt()).isPositive();

            other.query("b", "count 2 0", "");
            assertThat(of(other, "queued", "b").path("position").asInt()).isEqualTo(2);
            flood.interrupt("a0");
            assertThat(of(flood, "thought", "a2").path("seq").asInt()).isEqualTo(1);
            assertThat(of(other, "queued", "b").path("position").asInt()).isEqualTo(1);
            flood.interrupt("a1");

            List<JsonNode> rest = other.untilResult("b");
            assertThat(rest)
                    .extracting(frame -> frame.path("event").asText())
                    .containsExactly("thought", "thought", "result");
            of(flood, "thought", "a3");
            for (int i = 2; i < 6; i++) {
                flood.interrupt("a" + i);
                of(flood, "result", "a" + i);
            }
        }
    }

    @Test
    @DisplayName("B8 G3: on /ws the place in the queue is an object of the type queued")
    void tellsOnTheGateway() throws Exception {
        try (Wire busy = joined("batch", FLOODING);
                Wire wire = Wire.open(server.webSocket("/ws?token=" + MODEST.replace(" ", "%20")))) {
            busy.query("g0", "block", "");
            busy.query("g1", "block", "");
            busy.next("thought");
            busy.next("thought");
            wire.send("{\"id\":1,\"type\":\"query\",\"agent\":\"web\",\"q\":\"count 1 0\",\"ref\":\"g2\"}");
            JsonNode queued = wire.next(frame -> frame.path("type").asText().equals("queued"));
            assertThat(queued.toString()).isEqualTo("{\"type\":\"queued\",\"ref\":\"g2\",\"position\":1}");
            busy.interrupt("g0");
            busy.interrupt("g1");
            assertThat(wire.next(frame -> frame.path("type").asText().equals("result"))
                            .path("status")
                            .asText())
                    .isEqualTo("success");
        }
    }
}
