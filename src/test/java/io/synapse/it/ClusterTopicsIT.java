package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.testing.Keys;
import io.synapse.testing.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics of two nodes with one Redis, each a Payara Micro. */
class ClusterTopicsIT {

    private static final int MEASURED = 300;
    private static final int WARM_UP = 200;

    @TempDir
    private static Path folder;

    private static RedisServer redis;
    private static OwnPayara one;
    private static OwnPayara other;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue(Server.name().equals("payara"));
        redis = RedisServer.run();
        one = OwnPayara.start(Files.createDirectories(folder.resolve("one")), environment("one"));
        other = OwnPayara.start(Files.createDirectories(folder.resolve("other")), environment("other"));
    }

    private static Map<String, String> key() {
        return Map.of("SYNAPSE_AUTH_API_KEYS", "feed:" + Keys.sha256("feed-key") + ":*:synapse-publisher|synapse-user");
    }

    private static Map<String, String> environment(String node) {
        Map<String, String> all = new HashMap<>(key());
        all.put("SYNAPSE_CLUSTER", "redis");
        all.put("SYNAPSE_NODE_NAME", node);
        all.put("SYNAPSE_REDIS_URIS", redis.uri());
        return all;
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable part : Arrays.asList(one, other, redis)) {
            if (part != null) {
                part.close();
            }
        }
    }

    private static Wire joined(OwnPayara server) throws InterruptedException {
        Wire wire = Wire.open(server.uri("ws", "/cortex/websocket"));
        assertThat(wire.join("test", "feed-key").path("status").asText()).isEqualTo("ok");
        return wire;
    }

    private static JsonNode ask(Wire wire, String event, String payload) throws InterruptedException {
        String ref = event + System.nanoTime();
        wire.send("{\"event\":\"%s\",\"payload\":%s,\"ref\":\"%s\"}".formatted(event, payload, ref));
        JsonNode reply =
                wire.next(frame -> frame.path("ref").asText().equals(ref)).path("payload");
        assertThat(reply.path("status").asText()).as(reply.toString()).isEqualTo("ok");
        return reply.path("response");
    }

    private static JsonNode publish(Wire feed, String topic, int payload, String more) throws InterruptedException {
        return ask(
                feed,
                "publish",
                "{\"topic\":\"%s\",\"event\":\"item\",\"payload\":%d%s}".formatted(topic, payload, more));
    }

    private static List<Integer> items(Wire wire, int count) throws InterruptedException {
        List<Integer> items = new ArrayList<>();
        while (items.size() < count) {
            items.add(wire.next("item").path("payload").asInt());
        }
        return items;
    }

    @Test
    @DisplayName("G8: what is published on either node reaches subscribers on both, in order")
    void fanOut() throws Exception {
        try (Wire a = joined(one);
                Wire b = joined(other);
                Wire feedA = joined(one);
                Wire feedB = joined(other)) {
            ask(a, "subscribe", "{\"topic\":\"public:fan\"}");
            ask(b, "subscribe", "{\"topic\":\"public:fan\"}");
            for (int i = 1; i <= 100; i++) {
                publish(i % 2 == 0 ? feedA : feedB, "public:fan", i, "");
            }
            List<Integer> expected = IntStream.rangeClosed(1, 100).boxed().toList();
            assertThat(items(a, 100)).isEqualTo(expected);
            assertThat(items(b, 100)).isEqualTo(expected);
        }
    }

    @Test
    @DisplayName("G8: a pattern on one node brings what is published on the other, also on topics that are new")
    void patterns() throws Exception {
        try (Wire b = joined(other);
                Wire feed = joined(one)) {
            publish(feed, "public:p:old", 1, "");
            ask(b, "subscribe", "{\"topic\":\"public:p:*\"}");
            publish(feed, "public:p:old", 2, "");
            for (int i = 3; i <= 22; i++) {
                publish(feed, "public:p:new" + i, i, "");
            }
            assertThat(items(b, 21))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.rangeClosed(2, 22).boxed().toList());
        }
    }

    @Test
    @DisplayName("B16, B7: a client recovers on the other node, and a key is known there")
    void recovery() throws Exception {
        try (Wire feed = joined(one);
                Wire b = joined(other)) {
            JsonNode first = publish(feed, "public:r", 1, ",\"idempotency_key\":\"k\"");
            publish(feed, "public:r", 2, "");
            publish(feed, "public:r", 3, "");
            String since = "{\"topic\":\"public:r\",\"epoch\":\"%s\",\"offset\":%d}"
                    .formatted(
                            first.path("epoch").asText(), first.path("offset").asInt());
            assertThat(ask(b, "subscribe", since).path("recovered").asBoolean()).isTrue();
            assertThat(items(b, 2)).containsExactly(2, 3);
            JsonNode again = publish(b, "public:r", 1, ",\"idempotency_key\":\"k\"");
            assertThat(again.path("duplicate").asBoolean()).isTrue();
            assertThat(again.path("offset")).isEqualTo(first.path("offset"));
            assertThat(again.has("scope")).isFalse();
        }
    }

    @Test
    @DisplayName("G8: the way over Redis to another node, against that on the same node, and that on a node alone")
    void latency() throws Exception {
        try (OwnPayara alone = OwnPayara.start(Files.createDirectories(folder.resolve("alone")), key());
                Wire lone = joined(alone);
                Wire loneFeed = joined(alone);
                Wire near = joined(one);
                Wire far = joined(other);
                Wire feed = joined(one)) {
            ask(lone, "subscribe", "{\"topic\":\"public:l\"}");
            ask(near, "subscribe", "{\"topic\":\"public:l\"}");
            ask(far, "subscribe", "{\"topic\":\"public:l\"}");
            long[] loneNanos = new long[MEASURED];
            long[] nearNanos = new long[MEASURED];
            long[] farNanos = new long[MEASURED];
            for (int i = -WARM_UP; i < MEASURED; i++) {
                long toLone = timed(loneFeed, lone, i + WARM_UP);
                // Which is looked at first does not matter: each is measured in a publication of its own.
                int payload = 2 * (i + WARM_UP);
                long toNear = timed(feed, near, payload);
                assertThat(items(far, 1)).containsExactly(payload);
                long toFar = timed(feed, far, payload + 1);
                assertThat(items(near, 1)).containsExactly(payload + 1);
                if (i >= 0) {
                    loneNanos[i] = toLone;
                    nearNanos[i] = toNear;
                    farNanos[i] = toFar;
                }
            }
            System.out.printf(
                    "fan-out: node alone %s; with Redis, same node %s, other node %s%n",
                    figures(loneNanos), figures(nearNanos), figures(farNanos));
        }
    }

    private static String figures(long[] nanos) {
        Arrays.sort(nanos);
        return "p50 %.2f ms p99 %.2f ms".formatted(nanos[MEASURED / 2] / 1e6, nanos[MEASURED * 99 / 100] / 1e6);
    }

    private static long timed(Wire feed, Wire timed, int payload) throws InterruptedException {
        long began = System.nanoTime();
        feed.send("{\"event\":\"publish\",\"payload\":{\"topic\":\"public:l\",\"event\":\"item\",\"payload\":%d}}"
                .formatted(payload));
        assertThat(items(timed, 1)).containsExactly(payload);
        return System.nanoTime() - began;
    }
}
