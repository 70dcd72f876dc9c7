package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.testing.Keys;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

/** What clients without a library find again when they come back. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class SessionIT {

    private static final String SOCKET = "/ws?token=";
    private static final int CYCLES = 300;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.mode",
                "production",
                "synapse.auth.api-keys",
                "user:" + Keys.sha256("user-key") + ",other:" + Keys.sha256("other-key") + ",feed:"
                        + Keys.sha256("feed-key") + ":*:synapse-publisher",
                "synapse.session.keep",
                "PT5S"));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private Wire open(String key) throws InterruptedException {
        Wire wire = Wire.open(server.webSocket(SOCKET + key));
        assertThat(wire.next().path("type").asText()).isEqualTo("system");
        return wire;
    }

    private static JsonNode ask(Wire wire, String message) throws InterruptedException {
        wire.send(message);
        return wire.next();
    }

    private static String session(String name, String more) {
        return "{\"id\":1,\"type\":\"session\",\"session\":\"" + name + "\"" + more + "}";
    }

    private void publish(String topic, int from, int to) throws InterruptedException {
        try (Wire feed = open("feed-key")) {
            for (int i = from; i <= to; i++) {
                JsonNode answer = ask(
                        feed, "{\"id\":1,\"type\":\"publish\",\"topic\":\"%s\",\"payload\":%d}".formatted(topic, i));
                assertThat(answer.path("type").asText()).isEqualTo("response");
            }
        }
    }

    private static List<Integer> events(Wire wire, int count) throws InterruptedException {
        List<Integer> events = new ArrayList<>();
        while (events.size() < count) {
            JsonNode event = wire.next();
            assertThat(event.path("type").asText()).as(event.toString()).isEqualTo("event");
            events.add(event.path("payload").asInt());
        }
        return events;
    }

    private static Integer[] range(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toArray(Integer[]::new);
    }

    @Test
    @DisplayName("K4 M14: after a reconnect what was not acknowledged comes again, and then what was missed")
    void sendsAgain() throws Exception {
        String name = UUID.randomUUID().toString();
        String epoch;
        try (Wire first = open("user-key")) {
            assertThat(ask(first, session(name, ""))
                            .at("/result/session/resumed")
                            .asBoolean(true))
                    .isFalse();
            epoch = ask(first, "{\"id\":2,\"type\":\"subscribe\",\"topic\":\"public:sure\",\"acknowledged\":true}")
                    .at("/result/topics/0/epoch")
                    .asText();
            publish("public:sure", 1, 10);
            assertThat(events(first, 10)).containsExactly(range(1, 10));
            first.send("{\"type\":\"ack\",\"message_id\":\"" + epoch + "-4\"}");
            // Its answer says that the acknowledgement before it was read.
            assertThat(ask(first, "{\"type\":\"ping\"}").path("type").asText()).isEqualTo("pong");
        }
        publish("public:sure", 11, 12);
        try (Wire other = open("other-key")) {
            assertThat(ask(other, session(name, ""))
                            .at("/result/session/resumed")
                            .asBoolean(true))
                    .isFalse();
        }
        try (Wire second = open("user-key")) {
            JsonNode back = ask(second, session(name, "")).path("result");
            assertThat(back.at("/session/resumed").asBoolean()).isTrue();
            assertThat(back.at("/topics/0/recovered").asBoolean()).isTrue();
            assertThat(back.at("/topics/0/offset").asInt()).isEqualTo(4);
            assertThat(events(second, 8)).containsExactly(range(5, 12));
        }
    }

    @Test
    @DisplayName("M14 K6: a client that is back while its old connection is half open takes over; nothing comes twice")
    void takesOver() throws Exception {
        String name = UUID.randomUUID().toString();
        try (RawClient silent = RawClient.connect(server.port(), SOCKET + "user-key")) {
            silent.read();
            silent.sendText(session(name, ""));
            silent.read();
            silent.sendText("{\"id\":2,\"type\":\"subscribe\",\"topic\":\"public:half\"}");
            String subscribed = new String(silent.read(), java.nio.charset.StandardCharsets.UTF_8);
            String epoch = subscribed.replaceAll(".*\"epoch\":\"([^\"]+)\".*", "$1");
            publish("public:half", 1, 3);
            try (Wire second = open("user-key")) {
                JsonNode back = ask(
                                second,
                                session(
                                        name,
                                        ",\"positions\":{\"public:half\":{\"offset\":1,\"epoch\":\"" + epoch + "\"}}"))
                        .path("result");
                assertThat(back.at("/session/resumed").asBoolean()).isTrue();
                assertThat(back.at("/topics/0/recovered").asBoolean()).isTrue();
                publish("public:half", 4, 5);
                assertThat(events(second, 4)).containsExactly(range(2, 5));
                assertThat(silent.readUntilEnd()).isIn(4509, 1006);
            }
        }
    }

    @Test
    @DisplayName("M14: on the cortex socket the rest of a query follows, and what is gone is told")
    void goesOnOnTheCortex() throws Exception {
        String name = UUID.randomUUID().toString();
        String join =
                "{\"topic\":\"cortex:bob\",\"event\":\"phx_join\",\"ref\":\"1\",\"payload\":{\"api_key\":\"user-key\","
                        + "\"presence\":false,\"session\":\"" + name + "\"%s}}";
        String ref = UUID.randomUUID().toString();
        int seen;
        try (Wire first = Wire.open(server.webSocket("/cortex/websocket"))) {
            first.send(join.formatted(""));
            assertThat(first.next().at("/payload/response/session/resumed").asBoolean(true))
                    .isFalse();
            first.send("{\"event\":\"query\",\"payload\":{\"q\":\"Tell me something about Synapse\",\"ref\":\"" + ref
                    + "\",\"pace\":100}}");
            seen = first.next("thought").path("seq").asInt();
        }
        try (Wire second = Wire.open(server.webSocket("/cortex/websocket"))) {
            second.send(join.formatted(",\"queries\":{\"" + ref + "\":" + seen + ",\"never\":1}"));
            JsonNode queries = second.next().at("/payload/response/queries");
            assertThat(queries).hasSize(2);
            for (JsonNode query : queries) {
                assertThat(query.path("recovered").asBoolean())
                        .isEqualTo(query.path("ref").asText().equals(ref));
            }
            JsonNode next = second.next("thought");
            assertThat(next.path("seq_from").asInt(next.path("seq").asInt())).isEqualTo(seen + 1);
            assertThat(second.next("result").path("status").asText()).isEqualTo("success");
        }
    }

    @Test
    @DisplayName("M14 G9: after a storm of connections with sessions nothing is left when their time is over")
    void leavesNothing() throws Exception {
        for (int i = 0; i < CYCLES; i++) {
            try (RawClient client = RawClient.connect(server.port(), SOCKET + "user-key")) {
                client.sendText(session("storm-of-sessions-" + i % 50, ""));
                client.sendText("{\"type\":\"subscribe\",\"topics\":[\"public:a\",\"public:*\"]}");
                if (i % 3 > 0) {
                    client.read();
                    client.read();
                }
            }
        }
        assertThat(metric("synapse_sessions_kept") + metric("synapse_sessions_held"))
                .isPositive();
        await().atMost(60, SECONDS).untilAsserted(() -> {
            assertThat(metric("synapse_sessions_held")).isZero();
            assertThat(metric("synapse_sessions_kept")).isZero();
            assertThat(metric("synapse_sessions_kept_bytes")).isZero();
            assertThat(metric("synapse_subscriptions")).isZero();
            assertThat(metric("synapse_topics_patterns")).isZero();
        });
    }

    private long metric(String name) throws Exception {
        return Server.get(server.http("/api/metrics"), "feed-key")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
