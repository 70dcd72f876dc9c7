package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.cluster.redis.TestNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What two real nodes of one Redis know together: limits, revocations, presence, and the sessions of one that was killed. */
@EnabledIfSystemProperty(named = "arquillian.launch", matches = "payara")
class RegistryIT {

    private static final int RACERS = 40;
    private static final int LIMIT = 10;

    private final ObjectMapper json = new ObjectMapper();

    @TempDir
    private Path folder;

    private static Wire open(Cluster cluster, int node, String key) {
        return Wire.open(cluster.node(node).uri("ws", "/ws?token=" + key));
    }

    private static JsonNode ask(Wire wire, String message) throws InterruptedException {
        wire.send(message);
        return wire.next(frame -> frame.path("type").asText().equals("response")
                || frame.path("type").asText().equals("error"));
    }

    @Test
    @DisplayName("M11, M14, M15, M17, G12: limits, revocations, presence and sessions are of both nodes")
    void knowsTogether() throws Exception {
        try (Cluster cluster =
                Cluster.start(folder, 2, Map.of("SYNAPSE_LIMITS_CONNECTIONS_PER_KEY", Integer.toString(LIMIT)))) {
            isExact(cluster);
            isRevokedOnBoth(cluster);
            isSeenOnBoth(cluster);
            goesOnElsewhere(cluster);
        }
    }

    private void isExact(Cluster cluster) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        List<Wire> opened = new ArrayList<>();
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Wire>> racing = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                int node = i % 2;
                racing.add(threads.submit(() -> {
                    start.await();
                    return open(cluster, node, PayaraNode.USER);
                }));
            }
            start.countDown();
            int let = 0;
            for (Future<Wire> each : racing) {
                Wire wire = each.get();
                opened.add(wire);
                let += wire.isLetIn() ? 1 : 0;
            }
            assertThat(let).isEqualTo(LIMIT);
        } finally {
            opened.forEach(Wire::close);
            threads.shutdownNow();
        }
    }

    private void isRevokedOnBoth(Cluster cluster) throws Exception {
        JsonNode key = json.readTree(
                rest(cluster, 0, "POST", "/api/keys", "{\"name\":\"passing\",\"roles\":[\"synapse-user\"]}"));
        String secret = key.path("key").asText();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            try (Wire wire = open(cluster, 1, secret)) {
                return wire.isLetIn();
            } catch (RuntimeException e) {
                return false;
            }
        });
        try (Wire one = open(cluster, 0, secret);
                Wire other = open(cluster, 1, secret)) {
            assertThat(one.isLetIn() && other.isLetIn()).isTrue();
            rest(cluster, 1, "DELETE", "/api/keys/" + key.path("id").asText(), "");
            assertThat(one.closeCode()).isEqualTo(other.closeCode());
        }
    }

    private String rest(Cluster cluster, int node, String method, String path, String body) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(cluster.node(node).uri("http", path))
                                .header("Authorization", "Bearer " + PayaraNode.ADMIN)
                                .header("Content-Type", "application/json")
                                .method(
                                        method,
                                        body.isEmpty()
                                                ? HttpRequest.BodyPublishers.noBody()
                                                : HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
        return answer.body();
    }

    private static void isSeenOnBoth(Cluster cluster) throws Exception {
        String join = "{\"topic\":\"cortex:seen\",\"event\":\"phx_join\",\"payload\":"
                + "{\"api_key\":\"%s\",\"presence_key\":\"%s\"},\"ref\":\"1\"}";
        try (Wire ann = Wire.open(cluster.node(0).uri("ws", "/cortex/websocket"))) {
            ann.send(join.formatted(PayaraNode.USER, "ann"));
            assertThat(ann.next("presence_state").has("ann")).isTrue();
            try (Wire bob = Wire.open(cluster.node(1).uri("ws", "/cortex/websocket"))) {
                bob.send(join.formatted(PayaraNode.USER, "bob"));
                JsonNode state = bob.next("presence_state");
                assertThat(state.has("ann") && state.has("bob")).isTrue();
                assertThat(ann.next("presence_diff").path("joins").has("bob")).isTrue();
            }
            assertThat(ann.next("presence_diff").path("leaves").has("bob")).isTrue();
        }
    }

    private static void goesOnElsewhere(Cluster cluster) throws Exception {
        String session = "{\"id\":1,\"type\":\"session\",\"session\":\"" + UUID.randomUUID() + "\"}";
        Wire first = open(cluster, 0, PayaraNode.USER);
        assertThat(ask(first, session).at("/result/session/resumed").asBoolean(true))
                .isFalse();
        ask(first, "{\"id\":2,\"type\":\"subscribe\",\"topic\":\"public:cut\"}");
        try (TestNode onlooker = TestNode.connected("onlooker", cluster.redis().uri(), "synapse")) {
            TestNode.until(() -> onlooker.fields("synapse:session:", "state").stream()
                    .anyMatch(state -> state.contains("public:cut")));
        }
        cluster.node(0).kill();
        publish(cluster, 1);
        try (Wire second = open(cluster, 1, PayaraNode.USER)) {
            JsonNode answer = ask(second, session);
            assertThat(answer.at("/result/session/resumed").asBoolean())
                    .as(answer.toString())
                    .isTrue();
            assertThat(answer.at("/result/topics/0/topic").asText()).isEqualTo("public:cut");
            publish(cluster, 2);
            JsonNode event = second.next(frame -> frame.path("type").asText().equals("event")
                    && frame.path("payload").asInt() == 2);
            assertThat(event.path("topic").asText()).isEqualTo("public:cut");
        }
    }

    private static void publish(Cluster cluster, int number) throws InterruptedException {
        try (Wire feed = open(cluster, 1, PayaraNode.ADMIN)) {
            assertThat(ask(feed, "{\"id\":1,\"type\":\"publish\",\"topic\":\"public:cut\",\"payload\":" + number + "}")
                            .path("type")
                            .asText())
                    .isEqualTo("response");
        }
    }
}
