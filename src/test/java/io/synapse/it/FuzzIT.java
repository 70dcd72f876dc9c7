package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synapse.testing.Keys;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Handshakes, headers, requests and messages that nobody has thought of. For ten minutes: {@code -Dsynapse.fuzz.seconds=300
 * -Dsynapse.fuzz.seed=7}, as there are two parts.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class FuzzIT {

    private static final Duration TIME = Duration.ofSeconds(Long.getLong("synapse.fuzz.seconds", 5));
    private static final long SEED = Long.getLong("synapse.fuzz.seed", 1);
    private static final int THREADS = 4;
    private static final int SILENCE_MILLIS = 3000;
    private static final Pattern BLOCK = Pattern.compile("```json\n(.*?)```", Pattern.DOTALL);

    /** What tells of the inside of the server. */
    private static final Pattern INSIDE = Pattern.compile(
            "\\bat [a-z]+\\.[\\w.$]+\\(|Exception\\b|io\\.synapse\\.|java\\.lang|internal_error|Caused by");

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.probed(Map.of(
                "synapse.engine",
                "probe",
                "synapse.auth.api-keys",
                "fuzz:" + Keys.sha256("fuzz-key") + ":*:synapse-user|synapse-publisher|synapse-agent|synapse-admin"));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private interface Attack {
        void run(Mutations with) throws Exception;
    }

    /** By several threads, each with its own seed, until time is over. */
    private static long attack(Attack attack) throws Exception {
        long end = System.nanoTime() + TIME.toNanos();
        AtomicLong count = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Mutations with = new Mutations(SEED * THREADS + i);
                all.add(threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        attack.run(with);
                        count.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        return count.get();
    }

    private static final List<String> PATHS = List.of(
            "/",
            "/index.html",
            "/assets/start.js",
            "/asyncapi.yaml",
            "/ws",
            "/cortex/websocket",
            "/cortex/longpoll",
            "/api/info",
            "/api/tokens",
            "/api/tickets",
            "/api/keys",
            "/api/keys/k_1",
            "/api/sessions",
            "/api/queues/topics",
            "/api/metrics",
            "/login.html");
    private static final List<String> METHODS =
            List.of("GET", "GET", "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS");
    private static final List<String> HEADERS = List.of(
            "Authorization",
            "Origin",
            "Cookie",
            "Content-Type",
            "Content-Length",
            "Accept",
            "Upgrade",
            "Connection",
            "Sec-WebSocket-Key",
            "Sec-WebSocket-Version",
            "Sec-WebSocket-Protocol",
            "Sec-WebSocket-Extensions",
            "X-Forwarded-For",
            "Forwarded",
            "Via",
            "Transfer-Encoding",
            "Expect",
            "Range");
    private static final List<String> VALUES = List.of(
            "Bearer fuzz-key",
            "Bearer ",
            "Basic Zm9vOmJhcg==",
            "Basic ===",
            "websocket",
            "Upgrade",
            "keep-alive, Upgrade",
            "13",
            "dGhlIHNhbXBsZSBub25jZQ==",
            "phoenix",
            "synapse.v1+json, synapse.v1+cbor",
            "base64url.bearer.phx.Zm9v",
            "permessage-deflate; client_max_window_bits=99",
            "http://127.0.0.1",
            "null",
            "application/json",
            "chunked",
            "100-continue",
            "bytes=0-9999999999",
            "for=\"[::1]:99999\";proto=x",
            "1.2.3.4, ::1, unknown, _hidden",
            "synapse_session=x; $Version=1; ;;;=");

    private static String header(Mutations with) {
        String value = with.upTo(3) == 0 ? with.text() : with.oneOf(VALUES);
        return with.oneOf(HEADERS) + ": " + value.replaceAll("[\r\n]", " ") + "\r\n";
    }

    private static byte[] request(Mutations with, int port) {
        StringBuilder head = new StringBuilder();
        head.append(with.upTo(20) == 0 ? with.text() : with.oneOf(METHODS))
                .append(' ')
                .append(with.oneOf(PATHS));
        if (with.upTo(3) == 0) {
            head.append(with.oneOf(
                    List.of("?vsn=2.0.0", "?token=", "?ticket=", "?session_token=", "?vsn=%zz", "/../", ";a=b")));
            head.append(with.upTo(2) == 0 ? "fuzz-key" : with.text().replaceAll("\\s", "%20"));
        }
        head.append(" HTTP/1.1\r\nHost: 127.0.0.1:").append(port).append("\r\n");
        for (int i = with.upTo(10) == 0 ? 200 : with.upTo(6); i > 0; i--) {
            head.append(header(with));
        }
        head.append("Connection: close\r\n\r\n");
        if (with.upTo(4) == 0) {
            head.append(with.like("{\"name\":\"x\",\"roles\":[\"synapse-user\"]}"));
        }
        return head.toString().getBytes(with.upTo(4) == 0 ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName(
            "M18 M5: whatever a request or a handshake holds, no 500 and nothing of the inside of the server comes back")
    void requests() throws Exception {
        int port = server.http("/").getPort();
        long tried = attack(with -> {
            byte[] request = request(with, port);
            String answer = answer(port, request);
            String what = new String(request, StandardCharsets.UTF_8);
            assertThat(answer).as(what).doesNotStartWith("HTTP/1.1 500");
            assertThat(INSIDE.matcher(answer).find())
                    .as(what + "\n-> " + answer)
                    .isFalse();
        });
        assertThat(tried).isGreaterThan(THREADS);
        unharmed();
    }

    /** All that comes until the server closes, or says no more. */
    private static String answer(int port, byte[] request) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(SILENCE_MILLIS);
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            StringBuilder answer = new StringBuilder();
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
                byte[] part = new byte[8192];
                int read = socket.getInputStream().read(part);
                while (read > 0) {
                    answer.append(new String(part, 0, read, StandardCharsets.ISO_8859_1));
                    read = socket.getInputStream().read(part);
                }
            } catch (SocketException | SocketTimeoutException e) {
                // The server may close before it has read everything, or wait for a body that was announced.
                return answer.toString();
            }
            return answer.toString();
        }
    }

    private static List<String> messages(boolean gateway) throws IOException {
        String[] parts = Files.readString(Path.of("docs/protocol.md")).split("(?m)^## The socket /ws$", 2);
        List<String> all = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(parts[gateway ? 1 : 0]);
        while (blocks.find()) {
            blocks.group(1).lines().filter(line -> !line.isBlank()).forEach(all::add);
        }
        return all;
    }

    @Test
    @DisplayName(
            "M5 M18 K6: whatever a client says on either socket, it is answered or closed, and nothing fails inside")
    void messages() throws Exception {
        int port = server.http("/").getPort();
        List<String> cortex = messages(false);
        List<String> gateway = messages(true);
        assertThat(cortex).hasSizeGreaterThan(50);
        attack(with -> {
            boolean onGateway = with.upTo(2) == 0;
            String path = onGateway ? "/ws?token=fuzz-key" : "/cortex/websocket?vsn=2.0.0&token=fuzz-key";
            try (RawClient client = RawClient.connect(port, path)) {
                if (!onGateway) {
                    client.sendText("[\"1\",\"1\",\"cortex:test\",\"phx_join\",{}]");
                }
                for (int i = with.upTo(40); i >= 0; i--) {
                    say(client, with, with.oneOf(onGateway ? gateway : cortex));
                }
                client.sendText(
                        onGateway
                                ? "{\"type\":\"ping\",\"id\":\"last\"}"
                                : "[null,\"last\",\"phoenix\",\"heartbeat\",{}]");
                String heard = text(client);
                while (!heard.contains("\"last\"")) {
                    assertThat(INSIDE.matcher(heard).find()).as(heard).isFalse();
                    heard = text(client);
                }
            } catch (EOFException | SocketException e) {
                // Broken frames end the connection; that it does no harm is seen below.
                return;
            }
        });
        unharmed();
    }

    private static String text(RawClient client) throws IOException {
        return new String(client.read(), StandardCharsets.UTF_8);
    }

    private static void say(RawClient client, Mutations with, String message) throws IOException {
        switch (with.upTo(12)) {
            case 0 -> client.send(RawClient.BINARY, true, with.bytes(300));
            case 1 -> client.send(RawClient.TEXT, true, with.bytes(300));
            case 2 -> {
                byte[] text = with.like(message).getBytes(StandardCharsets.UTF_8);
                int cut = with.upTo(text.length + 1);
                client.send(RawClient.TEXT, false, Arrays.copyOf(text, cut));
                client.send(RawClient.CONTINUATION, true, Arrays.copyOfRange(text, cut, text.length));
            }
            default -> client.sendText(with.like(message));
        }
    }

    /** Nothing has failed inside, nothing is left, and others are served. */
    private void unharmed() throws Exception {
        await("nothing is kept of who has left").atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            Vitals vitals = Vitals.of(server);
            assertThat(vitals.connections()).isEmpty();
            assertThat(vitals.agents()).isZero();
            assertThat(vitals.subscriptions()).isZero();
        });
        String metrics = Server.get(server.http("/api/metrics"), "fuzz-key").body();
        assertThat(metrics).containsPattern("synapse_topics_crashed_total 0\\b");
        try (Wire wire = Wire.open(server.webSocket("/cortex/websocket"))) {
            wire.join("after", "fuzz-key");
            wire.query("q", "echo: still here", "");
            assertThat(wire.untilResult("q")).isNotEmpty();
        }
    }
}
