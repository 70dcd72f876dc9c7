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
import java.util.Random;
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

/** Topics in production mode, with the roles as they are delivered and a small window. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class TopicsIT {

    private static final int WINDOW = 50;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.mode",
                "production",
                "synapse.auth.api-keys",
                "user:" + Keys.sha256("user-key") + ",feed:" + Keys.sha256("feed-key") + ":*:synapse-publisher",
                "synapse.topics.history-count",
                String.valueOf(WINDOW)));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private Wire joined(String agent, String key) throws InterruptedException {
        Wire wire = Wire.open(server.webSocket("/cortex/websocket"));
        assertThat(wire.join(agent, key).path("status").asText()).isEqualTo("ok");
        return wire;
    }

    private static JsonNode ask(Wire wire, String event, String payload) throws InterruptedException {
        String ref = event + System.nanoTime();
        wire.send("{\"event\":\"%s\",\"payload\":%s,\"ref\":\"%s\"}".formatted(event, payload, ref));
        return wire.next(frame -> frame.path("ref").asText().equals(ref)).path("payload");
    }

    private static void publish(Wire feed, String topic, int from, int to) throws InterruptedException {
        for (int i = from; i <= to; i++) {
            JsonNode reply =
                    ask(feed, "publish", "{\"topic\":\"%s\",\"event\":\"item\",\"payload\":%d}".formatted(topic, i));
            assertThat(reply.path("status").asText()).as(reply.toString()).isEqualTo("ok");
        }
    }

    private static List<Integer> items(Wire wire, int count) throws InterruptedException {
        List<Integer> items = new ArrayList<>();
        while (items.size() < count) {
            items.add(wire.next("item").path("payload").asInt());
        }
        return items;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toList();
    }

    @Test
    @DisplayName("M9 B16: cut anywhere and back from its position, a client has everything once; or is told it is gone")
    void recovers() throws Exception {
        Random random = new Random(11);
        try (Wire feed = joined("feed", "feed-key")) {
            String place = "";
            String epoch = "";
            int published = 0;
            for (int cut = 0; cut < 40; cut++) {
                try (Wire reader = joined("bob", "user-key")) {
                    JsonNode reply = ask(reader, "subscribe", "{\"topic\":\"public:cuts\"%s}".formatted(place))
                            .path("response");
                    assertThat(reply.path("recovered").asBoolean(true)).isTrue();
                    int had = reply.path("offset").asInt();
                    epoch = reply.path("epoch").asText();
                    int live = random.nextInt(8);
                    publish(feed, "public:cuts", published + 1, published + live);
                    published += live;
                    int read = published == had ? 0 : random.nextInt(published - had + 1);
                    assertThat(items(reader, read)).isEqualTo(range(had + 1, had + read));
                    place = ",\"offset\":%d,\"epoch\":\"%s\"".formatted(had + read, epoch);
                }
                int missed = random.nextInt(8);
                publish(feed, "public:cuts", published + 1, published + missed);
                published += missed;
            }
            publish(feed, "public:cuts", published + 1, published + WINDOW + 1);
            published += WINDOW + 1;
            try (Wire reader = joined("bob", "user-key")) {
                String oldest = ",\"offset\":%d,\"epoch\":\"%s\"".formatted(published - WINDOW - 1, epoch);
                JsonNode reply = ask(reader, "subscribe", "{\"topic\":\"public:cuts\"%s}".formatted(oldest));
                assertThat(reply.at("/response/recovered").asBoolean(true)).isFalse();
                assertThat(reply.at("/response/offset").asInt()).isEqualTo(published);
                JsonNode history = ask(reader, "history", "{\"topic\":\"public:cuts\",\"limit\":3,\"reverse\":true}")
                        .path("response");
                assertThat(history.at("/messages/0/payload").asInt()).isEqualTo(published);
                assertThat(history.path("messages")).hasSize(3);
            }
        }
    }

    @Test
    @DisplayName("M18: the roles as they are delivered: users read public topics and use those of their agent")
    void roles() throws Exception {
        try (Wire user = joined("bob", "user-key");
                Wire other = joined("bob", "user-key")) {
            assertThat(ask(user, "subscribe", "{\"topic\":\"agent:bob:**\"}")
                            .path("status")
                            .asText())
                    .isEqualTo("ok");
            publish(other, "agent:bob:x", 1, 1);
            assertThat(items(user, 1)).containsExactly(1);
            for (String topic : List.of("agent:eve:x", "**", "secret")) {
                JsonNode reply = ask(user, "subscribe", "{\"topic\":\"%s\"}".formatted(topic));
                assertThat(reply.at("/response/reason").asText()).as(topic).isEqualTo("forbidden");
            }
            JsonNode reply = ask(user, "publish", "{\"topic\":\"public:x\",\"event\":\"item\",\"payload\":1}");
            assertThat(reply.at("/response/reason").asText()).isEqualTo("forbidden");
        }
    }

    @Test
    @DisplayName(
            "B15 K8: the figures show topics and subscriptions, and no subscription is left when its client is gone")
    void figures() throws Exception {
        try (Wire feed = joined("feed", "feed-key");
                Wire user = joined("bob", "user-key")) {
            ask(user, "subscribe", "{\"topic\":\"public:figures\"}");
            ask(user, "subscribe", "{\"topic\":\"public:*\"}");
            publish(feed, "public:figures", 1, 1);
            items(user, 2);
            assertThat(metric("synapse_subscriptions")).isGreaterThanOrEqualTo(2);
            assertThat(metric("synapse_topics")).isGreaterThanOrEqualTo(1);
            assertThat(metric("synapse_topics_bytes")).isPositive();
            assertThat(metric("synapse_events_sent_total")).isGreaterThanOrEqualTo(2);
        }
        await().atMost(20, SECONDS).until(() -> metric("synapse_subscriptions") == 0);
        assertThat(metric("synapse_topics_patterns")).isZero();
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
