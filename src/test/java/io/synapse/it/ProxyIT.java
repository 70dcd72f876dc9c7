package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.Ports;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The example of {@code server-config/cluster}: its files, with other ports, before three real nodes. */
@EnabledIfSystemProperty(named = "arquillian.launch", matches = "payara")
class ProxyIT {

    private static final Path CONFIG = Path.of("server-config/cluster").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int CLIENTS = 30;

    @TempDir
    private Path folder;

    private static Path find(String program) {
        return Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /** The file of the example, for the ports of this test. */
    private Path configure(String file, Cluster cluster, int port) throws IOException {
        String text = Files.readString(CONFIG.resolve(file))
                .replaceAll(":?8080\\b", (file.endsWith("cfg") ? ":" : "") + port);
        for (int i = 0; i < cluster.size(); i++) {
            text = text.replace(
                    "127.0.0.1:808" + (i + 1), "127.0.0.1:" + cluster.node(i).port());
        }
        if (file.equals("nginx.conf")) {
            text = "pid %s/nginx.pid;\ndaemon off;\n".formatted(folder) + text;
        }
        return Files.writeString(folder.resolve(file), text);
    }

    private int connections(Cluster cluster, int node) throws Exception {
        String body =
                cluster.node(node).ask("GET", "/api/drain", PayaraNode.ADMIN).body();
        return new ObjectMapper().readTree(body).path("connections").asInt();
    }

    @Test
    @DisplayName(
            "B10: three nodes behind HAProxy, then nginx: clients are spread; those of a node that drains come to the others, and nobody is refused")
    void goesAroundNodesThatDrain() throws Exception {
        Path haproxy = find("haproxy");
        Path nginx = find("nginx");
        assumeTrue(
                haproxy != null && nginx != null,
                "haproxy and nginx are needed: src/build/install-test-tools.sh as root");
        try (Cluster cluster = Cluster.start(
                folder,
                3,
                Map.of("SYNAPSE_DRAIN_WINDOW", "PT3S", "SYNAPSE_DRAIN_RATE", "20", "SYNAPSE_DRAIN_BATCH_SIZE", "2"))) {
            int port = Ports.free();
            Path config = configure("haproxy.cfg", cluster, port);
            drains(cluster, port, 0, List.of(haproxy.toString(), "-f", config.toString()));
            int other = Ports.free();
            config = configure("nginx.conf", cluster, other);
            drains(cluster, other, 1, List.of(nginx.toString(), "-e", folder + "/nginx.log", "-c", config.toString()));
        }
    }

    private void drains(Cluster cluster, int port, int node, List<String> command) throws Exception {
        ServerProcess proxy = new ServerProcess("proxy-" + port, command, Map.of());
        List<SocketClient> clients = new ArrayList<>();
        try {
            proxy.awaitAnswer(URI.create("http://127.0.0.1:" + port + "/api/info"), LIMIT);
            URI socket = URI.create("ws://127.0.0.1:" + port + "/ws?token=" + PayaraNode.USER);
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(SocketClient.connect(socket));
            }
            int[] before = new int[cluster.size()];
            // A node that is new to it tells of a connection a while after the client knows.
            await("all are there").atMost(LIMIT).until(() -> {
                for (int i = 0; i < before.length; i++) {
                    before[i] = connections(cluster, i);
                }
                return IntStream.of(before).sum() == CLIENTS;
            });
            // Those that were drained before get nobody.
            assertThat(IntStream.range(node, before.length).map(i -> before[i])).allMatch(count -> count > 0);
            assertThat(IntStream.range(0, node).map(i -> before[i])).allMatch(count -> count == 0);

            assertThat(cluster.node(node)
                            .ask("POST", "/api/drain", PayaraNode.ADMIN)
                            .statusCode())
                    .isEqualTo(202);
            List<SocketClient> back = new ArrayList<>();
            for (SocketClient client : List.copyOf(clients)) {
                client.end().thenAccept(end -> {
                    if (end.code() == 1012) {
                        synchronized (back) {
                            back.add(client);
                        }
                    }
                });
            }
            // From the first moment on, whoever comes is let in: a refusal throws.
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(SocketClient.connect(socket));
            }
            await("drained")
                    .atMost(LIMIT)
                    .until(() -> cluster.node(node)
                            .ask("GET", "/api/drain", PayaraNode.ADMIN)
                            .body()
                            .contains("\"drained\""));
            assertThat(back).hasSize(before[node]);
            for (int i = 0; i < before[node]; i++) {
                clients.add(SocketClient.connect(socket));
            }
            assertThat(connections(cluster, node)).isZero();
            System.out.printf(
                    "%s: %s clients before, %d moved%n",
                    command.get(0), java.util.Arrays.toString(before), back.size());
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(proxy.read(), e);
        } finally {
            clients.forEach(SocketClient::close);
            proxy.stop();
        }
    }
}
