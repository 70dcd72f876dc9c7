package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.synapse.protocol.Subprotocol;
import io.synapse.testing.Conversation;
import io.synapse.testing.Keys;
import java.io.IOException;
import java.net.URL;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
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

/** The {@code /ws} socket, met by clients with a key each for their role. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class GatewayIT {

    private static final String SOCKET = "/ws";
    private static final String USER = "synapse-user";
    private static final String PUBLISHER = "synapse-publisher";
    private static final String AGENT = "synapse-agent";
    private static final String PART = "{\"type\":\"publish\",\"topic\":\"public:parts\",\"payload\":\"%s\"}";
    private static final int CYCLES = 1000;
    private static final int PINGS = 2000;

    /** Well below synapse.outbox.max-messages: more answers than that may not wait for a client, however fast it reads. */
    private static final int BURST = 400;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.probed(Map.of(
                "synapse.engine",
                "probe",
                "synapse.gateway.engine-channels",
                "guide",
                "synapse.agents.remote",
                "poet",
                "synapse.auth.api-keys",
                "user:" + Keys.sha256(USER) + ":*:" + USER + ",server:" + Keys.sha256(PUBLISHER) + ":*:" + PUBLISHER
                        + ",agent:" + Keys.sha256(AGENT) + ":*:" + AGENT));
    }

    // The key of a role is its name.
    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private Wire open(UnaryOperator<WebSocket.Builder> options) {
        return Wire.open(server.webSocket(SOCKET), options);
    }

    private Wire open(String role) {
        return Wire.open(server.webSocket(SOCKET + "?token=" + role));
    }

    private Wire greeted(String role) throws InterruptedException {
        Wire wire = open(role);
        assertThat(wire.next().path("type").asText()).isEqualTo("system");
        return wire;
    }

    private void awaitNobody() {
        await("nothing is kept of who has left").atMost(30, SECONDS).untilAsserted(() -> {
            Vitals vitals = Vitals.of(server);
            assertThat(vitals.connections()).isEmpty();
            assertThat(vitals.agents()).isZero();
            assertThat(vitals.subscriptions()).isZero();
            assertThat(vitals.closing()).isZero();
        });
    }

    /** A client of a conversation. */
    private record Talking(Wire wire) implements Conversation.Client {
        @Override
        public void send(String frame) {
            wire.say(frame);
        }

        @Override
        public String next() {
            try {
                return wire.next().toString();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            wire.close();
        }
    }

    @Test
    @DisplayName("G1 G2 G3 K3 K5 M6: every conversation goes as written, one after the other on one server")
    void conversations() {
        for (Path conversation : Conversation.all()) {
            Conversation.play(conversation, role -> new Talking(open(role)));
        }
        awaitNobody();
    }

    @ParameterizedTest
    @EnumSource(Subprotocol.class)
    @DisplayName("K9 K11: and so they go on every sub-protocol")
    void conversationsOn(Subprotocol spoken) {
        for (Path conversation : Conversation.all(spoken.word())) {
            Conversation.play(
                    conversation,
                    role -> new Talking(Wire.open(
                            server.webSocket(SOCKET + "?token=" + role),
                            builder -> builder.subprotocols(spoken.word()))));
        }
        awaitNobody();
    }

    @Test
    @DisplayName("K9: with the sub-protocol for CBOR the same messages come as CBOR, with the key in a header")
    void speaksCbor() throws Exception {
        ObjectMapper cbor = new ObjectMapper(new CBORFactory());
        try (Wire wire = open(builder ->
                builder.header("Authorization", "Bearer " + USER).subprotocols("synapse.v1.cbor", "synapse.v1.json"))) {
            assertThat(wire.subprotocol()).isEqualTo("synapse.v1.cbor");
            assertThat(wire.next().path("type").asText()).isEqualTo("system");
            wire.sendBinary(cbor.writeValueAsBytes(Map.of("id", 1, "type", "query", "q", "count 2 0", "ref", "r")));
            assertThat(wire.next().at("/result/status").asText()).isEqualTo("processing");
            assertThat(wire.next().at("/thought/content").asText()).isEqualTo("w1 ");
            assertThat(wire.next().at("/thought/content").asText()).isEqualTo("w2 ");
            assertThat(wire.next().path("status").asText()).isEqualTo("success");
            wire.send("{\"type\":\"ping\"}");
            assertThat(wire.next().path("code").asInt()).isEqualTo(-32700);
        }
        try (Wire wire = open(
                builder -> builder.header("Authorization", "Bearer " + USER).subprotocols("synapse.v1.json"))) {
            assertThat(wire.subprotocol()).isEqualTo("synapse.v1.json");
            assertThat(wire.next().path("type").asText()).isEqualTo("system");
        }
    }

    @Test
    @DisplayName("M2 K9: who has no good credential, or speaks nothing known, is refused before the upgrade")
    void refusesInTheHandshake() throws Exception {
        assertThat(statusOf(builder -> builder)).isEqualTo(401);
        assertThat(statusOf(builder -> builder.header("Authorization", "Bearer wrong")))
                .isEqualTo(401);
        assertThat(statusOf(builder ->
                        builder.header("Authorization", "Bearer " + USER).subprotocols("mqtt")))
                .isEqualTo(403);
        assertThat(Server.get(server.http(SOCKET)).statusCode()).isEqualTo(400);
    }

    private int statusOf(UnaryOperator<WebSocket.Builder> options) {
        Throwable failure = catchThrowable(() -> open(options).close());
        while (failure != null && !(failure instanceof WebSocketHandshakeException)) {
            failure = failure.getCause();
        }
        assertThat(failure).isNotNull();
        return ((WebSocketHandshakeException) failure).getResponse().statusCode();
    }

    @Test
    @DisplayName(
            "K6: after a storm of connects and disconnects, at every point of a conversation, all tables are empty")
    void forgetsWhoLeaves() throws Exception {
        for (int i = 0; i < CYCLES; i++) {
            try (RawClient client = RawClient.connect(server.port(), SOCKET + "?token=" + USER)) {
                if (i % 4 > 0) {
                    client.sendText("{\"type\":\"subscribe\",\"topics\":[\"public:a\",\"public:*\",\"guide\"]}");
                }
                if (i % 4 > 1) {
                    client.sendText("{\"channel\":\"pillar:content\",\"payload\":1}");
                    client.sendText("{\"type\":\"query\",\"q\":\"count 1 0\",\"ref\":\"storm" + i + "\"}");
                }
                if (i % 4 > 2) {
                    client.read();
                    client.read();
                }
            }
        }
        awaitNobody();
    }

    @Test
    @DisplayName("K6: a message in frames of a byte each, with pings between them, is one message")
    void putsFragmentsTogether() throws Exception {
        try (Wire reader = greeted(USER);
                RawClient writer = RawClient.connect(server.port(), SOCKET + "?token=" + PUBLISHER)) {
            reader.send("{\"type\":\"subscribe\",\"topic\":\"public:parts\"}");
            assertThat(reader.next().path("type").asText()).isEqualTo("response");
            inFragments(writer, PART.formatted("whole"));
            assertThat(reader.next().path("payload").asText()).isEqualTo("whole");

            inFragments(writer, PART.formatted("ü€😀"));
            if (Server.name().equals("liberty")) {
                // It decodes each frame by itself, and refuses one that ends within a character.
                assertThat(writer.readUntilEnd()).isEqualTo(1007);
            } else {
                assertThat(reader.next().path("payload").asText()).isEqualTo("ü€😀");
            }
        }
    }

    private static void inFragments(RawClient writer, String message) throws IOException {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            writer.send(i == 0 ? RawClient.TEXT : RawClient.CONTINUATION, i == bytes.length - 1, new byte[] {bytes[i]});
            if (i % 16 == 0) {
                writer.send(9, true, new byte[] {1});
            }
        }
    }

    @Test
    @DisplayName("K6: every message of a flood in bursts is answered, in order, and others are served meanwhile")
    void answersAFlood() throws Exception {
        try (Wire flooding = greeted(USER);
                Wire other = greeted(USER)) {
            for (int sent = 0; sent < PINGS; sent += BURST) {
                for (int i = sent; i < sent + BURST; i++) {
                    flooding.send("{\"id\":" + i + ",\"type\":\"ping\"}");
                }
                other.send("{\"type\":\"ping\"}");
                assertThat(other.next().path("type").asText()).isEqualTo("pong");
                for (int i = sent; i < sent + BURST; i++) {
                    assertThat(flooding.next().path("id").asInt()).isEqualTo(i);
                }
            }
        }
    }

    @Test
    @DisplayName("K6 G9: who floods and never reads is cut off, and others do not notice")
    void cutsOffWhoNeverReads() throws Exception {
        try (RawClient deaf = RawClient.connect(server.port(), SOCKET + "?token=" + USER);
                Wire other = greeted(USER)) {
            String id = "x".repeat(1000);
            Throwable ended = catchThrowable(() -> {
                for (int i = 0; i < 50_000; i++) {
                    deaf.sendText("{\"id\":\"" + id + "\",\"type\":\"ping\"}");
                }
                deaf.readUntilEnd();
            });
            other.send("{\"type\":\"ping\"}");
            assertThat(other.next().path("type").asText()).isEqualTo("pong");
            await("cut off: " + ended)
                    .atMost(30, SECONDS)
                    .until(() -> Vitals.of(server).connections().size() == 1);
        }
        awaitNobody();
    }
}
