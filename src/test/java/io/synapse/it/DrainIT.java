package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.it.SocketClient.End;
import io.synapse.it.SocketClient.Said;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A real node that is drained under load: by SIGTERM, by the admin's call, and by the script for operators. */
@EnabledIfSystemProperty(named = "arquillian.launch", matches = "payara")
class DrainIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RATE = 40;
    private static final int BATCH = 4;
    private static final int IDLE = 160;
    private static final int ASKING = 30;
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    private Path folder;

    private PayaraNode node;
    private final List<SocketClient> clients = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        node = new PayaraNode(
                folder,
                "drained",
                PayaraNode.withKeys(Map.of(
                        "SYNAPSE_DRAIN_WINDOW",
                        "PT3S",
                        "SYNAPSE_DRAIN_RATE",
                        Integer.toString(RATE),
                        "SYNAPSE_DRAIN_BATCH_SIZE",
                        Integer.toString(BATCH),
                        "SYNAPSE_DRAIN_GRACE",
                        "PT50S")));
        node.start();
        node.awaitReady();
    }

    @AfterEach
    void stop() {
        clients.forEach(SocketClient::close);
        node.close();
    }

    private SocketClient connect() {
        SocketClient client = SocketClient.connect(node.uri("ws", "/ws?token=" + PayaraNode.USER));
        clients.add(client);
        return client;
    }

    private static SocketClient ask(SocketClient client, String ref, int pace) {
        client.send(("{\"id\":1,\"type\":\"query\",\"agent\":\"guide\",\"ref\":\"%s\",\"pace\":%d,"
                        + "\"q\":\"Tell me something about Synapse, in full sentences\"}")
                .formatted(ref, pace));
        return client;
    }

    private static boolean hears(SocketClient client, String type) {
        return client.said().stream().anyMatch(said -> said.text("type").equals(type));
    }

    private JsonNode drain(String method, int status) throws Exception {
        HttpResponse<String> answer = node.ask(method, "/api/drain", PayaraNode.ADMIN);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return JSON.readTree(answer.body());
    }

    /** Told at least once, and then closed as is documented. */
    private static End assertLetGo(SocketClient client) {
        End end = client.end().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        assertThat(end.code()).isEqualTo(1012);
        assertThat(client.said())
                .filteredOn(said -> said.text("event").equals("reconnect"))
                .isNotEmpty()
                .allSatisfy(said -> {
                    assertThat(said.at()).isLessThan(end.at());
                    assertThat(said.text("type")).isEqualTo("system");
                    assertThat(said.message().path("reconnect_after_ms").asLong())
                            .isPositive();
                });
        return end;
    }

    private static List<Said> results(SocketClient client) {
        return client.said().stream()
                .filter(said -> said.text("type").equals("result"))
                .toList();
    }

    private static long mostInASecond(List<Long> times) {
        return times.stream()
                .mapToLong(from -> times.stream()
                        .filter(time -> time >= from && time - from < SECONDS.toNanos(1))
                        .count())
                .max()
                .orElse(0);
    }

    @Test
    @DisplayName(
            "B10 K2: SIGTERM under load: no query without a result, all clients told before they are closed with 1012, within the rate; the npm clients too")
    void sigterm() throws Exception {
        for (int i = 0; i < IDLE; i++) {
            connect().send("{\"id\":1,\"type\":\"subscribe\",\"topic\":\"public:news\"}");
        }
        CompletableFuture<Void> npm = CompletableFuture.runAsync(this::npmClients);
        await("npm clients")
                .atMost(LIMIT)
                .until(() -> drain("GET", 200).path("waiting").asInt() >= 2 || npm.isDone());
        List<SocketClient> asking = new ArrayList<>();
        for (int i = 0; i < ASKING; i++) {
            asking.add(ask(connect(), "q" + i, 25 + i % 4));
        }
        await("running").atMost(LIMIT).until(() -> asking.stream().allMatch(client -> hears(client, "thought")));
        int waiting = drain("GET", 200).path("waiting").asInt();

        long began = System.nanoTime();
        node.terminate();
        await("not ready")
                .atMost(Duration.ofSeconds(2))
                .until(() -> node.ask("GET", "/health/ready", "").statusCode() == 503);
        assertThat(RawClient.answerToHandshake(node.port())).startsWith("HTTP/1.1 503");

        List<Long> closes = new ArrayList<>();
        for (SocketClient client : clients) {
            closes.add(assertLetGo(client).at());
        }
        for (SocketClient client : asking) {
            assertThat(results(client)).hasSize(1).allSatisfy(result -> {
                assertThat(result.text("status")).isEqualTo("success");
                assertThat(result.at()).isLessThan(client.end().join().at());
            });
        }
        npm.get(LIMIT.toSeconds(), SECONDS);
        assertThat(node.awaitEnd(LIMIT)).isTrue();
        long most = mostInASecond(closes);
        long last = Collections.max(closes) - began;
        System.out.printf(
                "SIGTERM: %d clients, %d waiting for queries; all closed after %d ms, ended after %d ms; most closes in a second %d of %d%n",
                clients.size() + 4, waiting, last / 1_000_000, (System.nanoTime() - began) / 1_000_000, most, RATE);
        // What the machine holds up may arrive together with what comes next.
        assertThat(most).isLessThanOrEqualTo(RATE + BATCH);
    }

    private void npmClients() {
        try {
            Node.test(
                    "drain.test.js",
                    node.uri("http", "/"),
                    Map.of("SYNAPSE_KEY", PayaraNode.USER),
                    LIMIT.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("B10: the admin drains, takes it back, and drains by the script; nobody else may")
    void adminCall() throws Exception {
        assertThat(node.ask("POST", "/api/drain", "").statusCode()).isEqualTo(401);
        assertThat(node.ask("POST", "/api/drain", PayaraNode.USER).statusCode()).isEqualTo(403);
        assertThat(drain("DELETE", 409).path("title").asText()).isEqualTo("the node is not being drained");
        SocketClient asking = ask(connect(), "long", 25);
        await("running").atMost(LIMIT).until(() -> hears(asking, "thought"));

        assertThat(drain("POST", 202).path("state").asText()).isEqualTo("draining");
        assertThat(node.ask("GET", "/health/ready", "").body()).contains("draining");
        assertThat(node.ask("GET", "/health/live", "").statusCode()).isEqualTo(200);
        assertThat(RawClient.answerToHandshake(node.port()))
                .startsWith("HTTP/1.1 503")
                .contains("Retry-After");
        ask(asking, "another", 5);
        await("refused")
                .atMost(LIMIT)
                .until(() -> asking.said().stream()
                        .anyMatch(said -> said.text("message").equals("stopping")
                                && said.message().path("retry_after_ms").asLong() > 0));
        assertThat(drain("DELETE", 200).path("state").asText()).isEqualTo("serving");
        assertThat(node.ask("GET", "/health/ready", "").statusCode()).isEqualTo(200);
        SocketClient idle = connect();

        ProcessBuilder script = new ProcessBuilder(
                        Path.of("server-config/drain.sh").toAbsolutePath().toString(),
                        node.uri("http", "").toString(),
                        "80")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("script.log").toFile());
        script.environment().put("SYNAPSE_ADMIN_KEY", PayaraNode.ADMIN);
        Process running = script.start();
        assertThat(running.waitFor(LIMIT.toSeconds(), SECONDS)).isTrue();
        assertThat(running.exitValue())
                .as(Files.readString(folder.resolve("script.log")))
                .isZero();
        assertThat(drain("GET", 200).path("state").asText()).isEqualTo("drained");
        assertThat(drain("DELETE", 409).path("title").asText()).contains("drained");
        assertLetGo(asking);
        assertLetGo(idle);
        assertThat(results(asking)).hasSize(1);

        long stops = System.nanoTime();
        node.terminate();
        assertThat(node.awaitEnd(LIMIT)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - stops)).isLessThan(Duration.ofSeconds(15));
    }
}
