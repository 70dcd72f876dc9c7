package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URL;
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

/** The server's timer looks after connections. All times are shorter than by default. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class HeartbeatIT {

    private static final String EVICTED = "synapse_connections_evicted_total";
    private static final String DEAD = "synapse_connections_dead_total";
    private static final String SLOW = "synapse_connections_slow_consumers_total";
    private static final String SUBSCRIPTIONS = "synapse_subscriptions";
    private static final String RUNNING = "synapse_queries_running";
    private static final String MEMBERS = "synapse_presence_members";
    private static final int IDLE = 4009;
    private static final int GATEWAY_IDLE = 1008;
    private static final int NO_ANSWER = 4010;

    /** A raw client sees the end of the connection and no close frame where the cut was faster. */
    private static final int CUT = 1006;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                        "synapse.heartbeat.interval", "PT1S",
                        "synapse.heartbeat.timeout", "PT5S",
                        "synapse.heartbeat.idle-timeout", "PT3S",
                        "synapse.gateway.idle-timeout", "PT12S",
                        "synapse.outbox.send-timeout", "PT2S"))
                .addClasses(ProbeServlet.class, TyrusProbe.class, ProbeClock.class);
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private void awaitNobody() {
        await("no connection")
                .atMost(20, SECONDS)
                .untilAsserted(() -> assertThat(Vitals.of(server).connections()).isEmpty());
        await("no agent")
                .atMost(20, SECONDS)
                .untilAsserted(() -> assertThat(Vitals.of(server).agents()).isZero());
    }

    @Test
    @DisplayName("M13: a mute client is closed with 4009 and nothing of it is left; one that only answers pings stays")
    void evictsTheMute() throws Exception {
        long before = server.metric(EVICTED);
        try (Wire listening = Wire.joined(server, "listening");
                Wire speaking = Wire.joined(server, "speaking")) {
            // Three times the idle time-out of those that are to stay.
            for (int i = 0; i < 3; i++) {
                try (RawClient mute = RawClient.connect(server.port())) {
                    mute.sendText(
                            "{\"topic\":\"cortex:mute\",\"event\":\"phx_join\",\"payload\":{\"api_key\":\"test_key\"}}");
                    assertThat(mute.readUntilEnd()).isEqualTo(IDLE);
                }
                speaking.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"p\"}");
                speaking.next("pong");
            }
            assertThat(server.metric(EVICTED)).isEqualTo(before + 3);
            listening.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"p\"}");
            listening.next("pong");
            await("what the mute held")
                    .atMost(20, SECONDS)
                    .untilAsserted(() -> assertThat(Vitals.of(server).agents()).isEqualTo(2));
        }
        awaitNobody();
    }

    @Test
    @DisplayName("M13 K6: half-open TCP: who swallows everything and answers nothing is cut off, with nothing left")
    void cutsTheDead() throws Exception {
        long before = server.metric(DEAD);
        try (RawClient dead = RawClient.connect(server.port(), "/ws?token=test_key");
                RawClient deaf = RawClient.connect(server.port())) {
            await("both ends")
                    .atMost(20, SECONDS)
                    .untilAsserted(
                            () -> assertThat(Vitals.of(server).connections()).isEmpty());
            assertThat(server.metric(DEAD)).isEqualTo(before + 1);
            assertThat(dead.readUntilEnd()).isIn(NO_ANSWER, CUT);
            assertThat(deaf.readUntilEnd()).isIn(IDLE, CUT);
        }
        awaitNobody();
    }

    @Test
    @DisplayName(
            "K6 M13 M14: half-open TCP: what a client held that vanished without a word is released; back, it recovers")
    void releasesWhatTheVanishedHeld() throws Exception {
        try (TcpLink link = TcpLink.to(server);
                Wire agent = Wire.open(link.webSocket("/cortex/websocket"));
                Wire program = Wire.open(link.webSocket("/ws?token=test_key"));
                Wire busy = Wire.open(link.webSocket("/ws?token=test_key"));
                Wire feed = Wire.joined(server, "feed")) {
            agent.send("{\"topic\":\"cortex:away\",\"event\":\"phx_join\",\"payload\":{\"api_key\":\"test_key\"}}");
            agent.next("phx_reply");
            agent.query("slow", "What is an interrupt?", ",\"pace\":1,\"timeout\":60000,\"on_disconnect\":\"cancel\"");
            agent.next("thought");
            program.send("{\"type\":\"subscribe\",\"topics\":[\"public:away\"],\"id\":1}");
            JsonNode place = program.next(frame -> frame.path("type").asText().equals("response"))
                    .at("/result/topics/0");
            String position = "{\"offset\":%d,\"epoch\":\"%s\"}"
                    .formatted(
                            place.path("offset").asLong(), place.path("epoch").asText());
            busy.send("{\"type\":\"subscribe\",\"topics\":[\"public:busy\"],\"id\":1}");
            busy.next(frame -> frame.path("type").asText().equals("response"));
            assertThat(server.metric(RUNNING)).isEqualTo(1);
            assertThat(server.metric(MEMBERS)).isEqualTo(1);
            assertThat(server.metric(SUBSCRIPTIONS)).isEqualTo(2);
            long ends = server.metric(EVICTED) + server.metric(DEAD) + server.metric(SLOW);

            link.cut();
            for (int i = 1; i <= 5; i++) {
                publish(feed, "public:away", Integer.toString(i));
            }
            String large = "\"" + "x".repeat(200_000) + "\"";
            for (int i = 0; i < 40; i++) {
                publish(feed, "public:busy", large);
            }
            await("only the feed is left").atMost(20, SECONDS).untilAsserted(() -> {
                feed.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"p\"}");
                assertThat(Vitals.of(server).connections()).hasSize(1);
                assertThat(Vitals.of(server).agents()).isEqualTo(1);
            });
            assertThat(server.metric(EVICTED) + server.metric(DEAD) + server.metric(SLOW))
                    .isEqualTo(ends + 3);
            await("what they held").atMost(20, SECONDS).untilAsserted(() -> {
                feed.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"p\"}");
                assertThat(server.metric(SUBSCRIPTIONS)).isZero();
                assertThat(server.metric(RUNNING)).isZero();
                assertThat(server.metric(MEMBERS)).isZero();
                assertThat(server.metric("synapse_outboxes_bytes")).isZero();
            });

            link.heal();
            try (Wire back = Wire.open(link.webSocket("/ws?token=test_key"))) {
                back.send(
                        "{\"type\":\"subscribe\",\"topics\":[\"public:away\"],\"positions\":{\"public:away\":%s},\"id\":1}"
                                .formatted(position));
                JsonNode answer = back.next(frame -> frame.path("type").asText().equals("response"));
                assertThat(answer.at("/result/topics/0/recovered").asBoolean())
                        .as(answer.toString())
                        .isTrue();
                for (int i = 1; i <= 5; i++) {
                    assertThat(back.next(frame -> frame.path("type").asText().equals("event"))
                                    .path("payload")
                                    .asInt())
                            .isEqualTo(i);
                }
            }
        }
        awaitNobody();
    }

    private static void publish(Wire feed, String topic, String payload) throws InterruptedException {
        feed.send(
                "{\"event\":\"publish\",\"payload\":{\"topic\":\"%s\",\"event\":\"item\",\"payload\":%s},\"ref\":\"p\"}"
                        .formatted(topic, payload));
        assertThat(feed.next("phx_reply").path("status").asText()).isEqualTo("ok");
    }

    @Test
    @DisplayName("G10 K2: on /ws a ping message comes; who answers it stays, who says nothing is closed with 1008")
    void pingsPrograms() throws Exception {
        long before = server.metric(EVICTED);
        try (Wire silent = Wire.open(server.webSocket("/ws?token=test_key"));
                Wire answering = Wire.open(server.webSocket("/ws?token=test_key"))) {
            int pings = 0;
            while (server.metric(EVICTED) == before) {
                assertThat(answering
                                .next(frame -> frame.path("type").asText().equals("ping"))
                                .path("timestamp")
                                .isNumber())
                        .isTrue();
                answering.send("{\"type\":\"pong\"}");
                pings++;
            }
            assertThat(silent.closeCode()).isEqualTo(GATEWAY_IDLE);
            assertThat(pings).isGreaterThan(5);
            answering.send("{\"type\":\"ping\",\"id\":\"1\"}");
            answering.next(frame -> frame.path("type").asText().equals("pong"));
        }
        awaitNobody();
    }

    @Test
    @DisplayName("K2 K12: pings come between the frames of a busy connection, and disturb none")
    void disturbsNothing() throws Exception {
        try (Wire busy = Wire.joined(server, "busy")) {
            int asked = 0;
            while (busy.pings() < 5) {
                for (int i = 0; i < 20; i++) {
                    busy.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"" + asked++ + "\"}");
                }
                String last = Integer.toString(asked - 1);
                busy.next(frame -> frame.path("ref").asText().equals(last));
            }
            busy.next("pong");
            busy.send("{\"event\":\"query\",\"payload\":{\"q\":\"What is 2+2?\",\"ref\":\"q\"}}");
            assertThat(busy.next("result").path("status").asText()).isEqualTo("success");
        }
        awaitNobody();
    }

    @Test
    @DisplayName("G13: the live check tells when connections were last looked after")
    void tellsWhenItLooked() throws Exception {
        await("a sweep within two seconds").atMost(20, SECONDS).until(() -> {
            String body = Server.get(server.health("/health/live")).body();
            long ago =
                    new ObjectMapper().readTree(body).findPath("sweep-ms-ago").asLong(Long.MAX_VALUE);
            return ago < 2000;
        });
    }
}
