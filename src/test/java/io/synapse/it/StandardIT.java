package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.PackageVersion;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URL;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import org.apache.lucene.util.Version;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The WAR as it is delivered, met by a hand-written client. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class StandardIT {

    private static final int MIB = 1024 * 1024;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.standard();
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    @Test
    @DisplayName("M1 M2 M4: a bare client joins and asks without naming the topic, and sees thoughts and the answer")
    void answersABareClient() throws Exception {
        try (Wire wire = Wire.open(server.webSocket("/cortex/websocket"))) {
            wire.send("{\"event\":\"phx_join\",\"topic\":\"cortex:test\","
                    + "\"payload\":{\"api_key\":\"test_key\"},\"ref\":\"1\"}");
            JsonNode joined = wire.next();
            assertThat(joined.path("ref").asText()).isEqualTo("1");
            assertThat(joined.at("/payload/status").asText()).isEqualTo("ok");
            assertThat(joined.at("/payload/response/agent_id").asText()).isEqualTo("test");

            wire.send("{\"event\":\"query\",\"payload\":{\"q\":\"What is 2+2?\",\"ref\":\"q1\"}}");
            assertThat(wire.next("phx_reply").at("/response/status").asText()).isEqualTo("processing");
            List<JsonNode> frames = wire.untilResult("q1");

            assertThat(frames)
                    .filteredOn(frame -> frame.path("event").asText().equals("thought"))
                    .isNotEmpty()
                    .extracting(frame -> frame.at("/payload/seq").asInt())
                    .isSorted();
            JsonNode result = frames.get(frames.size() - 1).path("payload");
            assertThat(result.path("status").asText()).isEqualTo("success");
            assertThat(result.at("/data/answer").asText()).isEqualTo("4");
            assertThat(result.path("latency_ms").isNumber()).isTrue();
        }
    }

    @Test
    @DisplayName("M6: a long answer is interrupted after its first thoughts, without a word about the topic")
    void interruptsTheDefaultEngine() throws Exception {
        try (Wire wire = Wire.joined(server, "long")) {
            wire.send("{\"event\":\"query\",\"payload\":{\"q\":\"Long query...\",\"ref\":\"q2\"}}");
            wire.next("thought");
            wire.send("{\"event\":\"interrupt\",\"payload\":{\"ref\":\"q2\",\"reason\":\"test\"}}");

            JsonNode reply = wire.next("phx_reply");
            assertThat(reply.at("/response/stopped").asBoolean()).isTrue();
            assertThat(wire.next().path("event").asText()).isEqualTo("interrupted");
            JsonNode result = wire.next().path("payload");
            assertThat(result.path("status").asText()).isEqualTo("interrupted");
            assertThat(result.path("truncated_at_seq").asInt())
                    .isEqualTo(reply.at("/response/last_seq").asInt());
        }
    }

    @Test
    @DisplayName("M2: a wrong key is unauthorized, and the socket stays open for the right one")
    void refusesAWrongKey() throws Exception {
        try (Wire wire = Wire.open(server.webSocket("/cortex/websocket"))) {
            assertThat(wire.join("test", "wrong").at("/response/reason").asText())
                    .isEqualTo("unauthorized");
            assertThat(wire.join("test", "test_key").path("status").asText()).isEqualTo("ok");
        }
    }

    @Test
    @DisplayName("M5 M18: 10,000 malformed and hostile frames are each answered, and the next good query works")
    void survivesHostileFrames() throws Exception {
        try (Wire wire = Wire.joined(server, "hostile")) {
            assertThat(HostileFrames.send(wire, 10_000, new Random(42))).isEqualTo(10_000);
            wire.query("good", "What is 2+2?", "");
            assertThat(wire.next("result").at("/data/answer").asText()).isEqualTo("4");
        }
    }

    @Test
    @DisplayName("M16: a message over 1 MiB closes with 1009, whole or in fragments, and one of just 1 MiB does not")
    void closesOnAMessageThatIsTooBig() throws Exception {
        // Open Liberty is one that closes at the header, whatever the size.
        List<Integer> tooBig = Server.name().equals("liberty") ? List.of(1009, 1006) : List.of(1009);
        try (Wire other = Wire.joined(server, "beside")) {
            assertThat(closeCodeOf(HostileFrames.oneFrame(RawClient.TEXT, MIB + 1)))
                    .isIn(tooBig);
            // A server that closes at the header of the frame leaves megabytes unread, and TCP may then reset the
            // connection before the client has read the close frame.
            assertThat(closeCodeOf(HostileFrames.oneFrame(RawClient.TEXT, 8 * MIB)))
                    .isIn(1009, 1006);
            assertThat(closeCodeOf(HostileFrames.oneFrame(RawClient.BINARY, MIB + 1)))
                    .isIn(tooBig);
            assertThat(closeCodeOf(HostileFrames::endlessFragments)).isEqualTo(1009);
            other.query("alive", "What is 2+2?", "");
            assertThat(other.next("result").at("/data/answer").asText()).isEqualTo("4");
        }
        try (Wire wire = Wire.joined(server, "big")) {
            String head = "{\"event\":\"query\",\"payload\":{\"ref\":\"big\",\"q\":\"";
            String tail = "\"}}";
            wire.send(head + "x".repeat(MIB - head.length() - tail.length()) + tail);
            wire.interrupt("big");
            assertThat(wire.next("result").path("ref").asText()).isEqualTo("big");
        }
    }

    private int closeCodeOf(HostileFrames.Ending ending) {
        return HostileFrames.closeCodeOf(server, ending);
    }

    @Test
    @DisplayName("M1 M3: handshakes are refused before the upgrade, with a status and a reason")
    void refusesInTheHandshake() throws Exception {
        HttpResponse<String> plain = Server.get(server.http("/cortex/websocket"));
        assertThat(plain.statusCode()).isEqualTo(400);
        assertThat(plain.body()).contains("WebSocket");
        HttpResponse<String> version = Server.get(server.http("/cortex/websocket?vsn=3.0.0"));
        assertThat(version.statusCode()).isEqualTo(403);
        HttpResponse<String> longpoll = Server.get(server.http("/cortex/longpoll?vsn=2.0.0&"));
        assertThat(longpoll.statusCode()).isEqualTo(404);
        assertThat(longpoll.body()).startsWith("Long polling is not offered");
    }

    @Test
    @DisplayName("G13: live, ready and started answer, with the libraries of the WAR and not those of the server")
    void tellsItsHealth() throws Exception {
        for (String kind : List.of("live", "ready", "started")) {
            HttpResponse<String> answer = Server.get(server.health("/health/" + kind));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("synapse-" + kind);
        }
        assertThat(Server.get(server.health("/health/started")).body().replace(" ", ""))
                .contains("\"jackson\":\"" + PackageVersion.VERSION + "\"")
                .contains("\"lucene\":\"" + Version.LATEST + "\"");
    }

    @Test
    @DisplayName("M18: the page has a strict policy for content, and metrics need a key")
    void servesThePage() throws Exception {
        HttpResponse<String> page = Server.get(server.http("/"));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'self'"));
        HttpResponse<String> asyncApi = Server.get(server.http("/asyncapi.yaml"));
        assertThat(asyncApi.body()).contains("asyncapi: 3.0.0");
        assertThat(asyncApi.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/yaml"));
        assertThat(Server.get(server.http("/api/info")).body()).contains("\"development\"");
        assertThat(Server.get(server.http("/api/metrics")).statusCode()).isEqualTo(401);
        assertThat(Server.get(server.http("/api/metrics"), "test_key").body()).contains("synapse_connections_open");
    }
}
