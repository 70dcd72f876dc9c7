package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.Keys;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of our own, with TLS, keys in a file, and the audit log in files: what clients and operators see of it. */
class TlsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ADMIN = "secret-of-the-admin-0123456789";
    private static final String TOKEN_SECRET = "secret-of-the-tokens-0123456789-0123456789";

    @TempDir
    private Path folder;

    private OwnPayara server;

    private Map<String, String> environment() {
        return Map.of(
                "SYNAPSE_AUTH_API_KEYS",
                "root:" + Keys.sha256(ADMIN) + ":*:synapse-admin|synapse-publisher|synapse-user",
                "SYNAPSE_AUTH_TOKEN_SECRET",
                TOKEN_SECRET,
                "SYNAPSE_AUTH_KEY_FILE",
                folder.resolve("keys.json").toString());
    }

    @BeforeEach
    void start() throws Exception {
        assumeTrue(Server.name().equals("payara"));
        server = OwnPayara.start(folder, environment());
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private String[] bearer(String key) {
        return new String[] {"Authorization", "Bearer " + key};
    }

    private JsonNode post(String path, String key, String body) throws Exception {
        HttpResponse<String> answer = server.ask("https", "POST", path, body, bearer(key));
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201);
        return JSON.readTree(answer.body());
    }

    /** What the server says first on a socket; throws if it does not open, or closes before. */
    private String said(String path, String message) throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                first.complete(data.toString());
                socket.request(1);
                return null;
            }

            @Override
            public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                first.completeExceptionally(new IllegalStateException("closed with " + code));
                return null;
            }

            @Override
            public void onError(WebSocket socket, Throwable error) {
                first.completeExceptionally(error);
            }
        };
        WebSocket socket = server.client()
                .newWebSocketBuilder()
                .buildAsync(server.uri("wss", path), listener)
                .get(20, SECONDS);
        try {
            socket.sendText(message, true).get(20, SECONDS);
            return first.get(20, SECONDS);
        } finally {
            socket.abort();
        }
    }

    private boolean opens(String path) throws Exception {
        try {
            said(path, "{\"type\":\"ping\"}");
            return true;
        } catch (ExecutionException | CompletionException refused) {
            return false;
        }
    }

    @Test
    @DisplayName(
            "M18 M17: TLS has HSTS, secure cookies and wss; keys and the command line work over it, and outlive the server")
    void worksOverTls() throws Exception {
        assertThat(server.ask("https", "GET", "/").headers().firstValue("Strict-Transport-Security"))
                .contains("max-age=31536000");
        assertThat(server.ask("https", "GET", "/nothing").headers().firstValue("Strict-Transport-Security"))
                .contains("max-age=31536000");
        assertThat(server.ask("http", "GET", "/").headers().firstValue("Strict-Transport-Security"))
                .isEmpty();

        JsonNode session = post("/api/sessions", ADMIN, "{\"user\":\"ann\"}");
        String token = session.path("session_token").asText();
        HttpResponse<String> cookie = server.ask("https", "POST", "/api/sessions/mine/cookie", bearer(token));
        assertThat(cookie.headers().firstValue("Set-Cookie").orElseThrow())
                .contains("; Secure", "; HttpOnly", "; SameSite=Strict");
        assertThat(said("/ws?session_token=" + token, "{\"type\":\"ping\"}")).isNotEmpty();

        Map<String, String> created = commandLine("keys", "create", "--name", "app", "--url", "https://127.0.0.1");
        assertThat(created.get("code")).as(created.toString()).isEqualTo("0");
        JsonNode key = JSON.readTree(created.get("out"));
        assertThat(key.path("durable").asBoolean()).isTrue();
        String secret = key.path("key").asText();
        assertThat(opens("/ws?token=" + secret)).isTrue();
        assertThat(server.ask("https", "GET", "/io/synapse/cli/Main.class").statusCode())
                .isEqualTo(404);

        server.close();
        server = OwnPayara.start(folder, environment());
        assertThat(opens("/ws?token=" + secret)).isTrue();
        HttpResponse<String> kept =
                server.ask("https", "GET", "/api/keys/" + key.path("id").asText(), bearer(ADMIN));
        assertThat(JSON.readTree(kept.body()).path("last_used_at").asLong()).isPositive();
        Map<String, String> revoked =
                commandLine("keys", "revoke", key.path("id").asText(), "--url", "https://127.0.0.1");
        assertThat(revoked.get("code")).isEqualTo("0");
        assertThat(opens("/ws?token=" + secret)).isFalse();
        assertThat(Files.readString(folder.resolve("keys.json"))).doesNotContain(secret);
    }

    /** Runs the WAR as the command line, which gets the port of the server. */
    private Map<String, String> commandLine(String... arguments) throws Exception {
        List<String> command = Jvm.command(
                "-Djavax.net.ssl.trustStore=" + folder.resolve("synapse.p12"),
                "-Djavax.net.ssl.trustStorePassword=" + OwnPayara.PASSWORD,
                "-jar",
                Path.of(System.getProperty("synapse.it.war", "target/synapse.war"))
                        .toAbsolutePath()
                        .toString());
        for (String argument : arguments) {
            command.add(argument.startsWith("https:") ? server.uri("https", "").toString() : argument);
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("cli.out").toFile())
                .redirectError(folder.resolve("cli.err").toFile());
        builder.environment().put("SYNAPSE_ADMIN_KEY", ADMIN);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Map<String, String> result = new HashMap<>();
        result.put("code", Integer.toString(process.exitValue()));
        result.put("out", Files.readString(folder.resolve("cli.out")));
        result.put("err", Files.readString(folder.resolve("cli.err")));
        return result;
    }

    @Test
    @DisplayName("M18: no secret is in the log, the audit log, figures, lists or errors, whichever way it was shown")
    void keepsSecrets() throws Exception {
        JsonNode key =
                post("/api/keys", ADMIN, "{\"name\":\"app\",\"roles\":[\"synapse-publisher\",\"synapse-user\"]}");
        String first = key.path("key").asText();
        String path = "/api/keys/" + key.path("id").asText();
        String second = post(path + "/rotate", ADMIN, "{\"grace_ms\":60000}")
                .path("key")
                .asText();
        String token = post("/api/tokens", second, "").path("token").asText();
        String session = post("/api/sessions", second, "{\"user\":\"ann\"}")
                .path("session_token")
                .asText();
        String ticket = post("/api/tickets", second, "").path("ticket").asText();
        List<String> secrets = new ArrayList<>(List.of(ADMIN, TOKEN_SECRET, OwnPayara.PASSWORD, first, second, token));
        secrets.addAll(List.of(session, ticket, Keys.sha256(ADMIN), Keys.sha256(first), Keys.sha256(second)));
        StringBuilder told = new StringBuilder();
        for (String good : List.of(
                "?token=" + first,
                "?token=" + second,
                "?token=" + token,
                "?session_token=" + session,
                "?ticket=" + ticket)) {
            assertThat(opens("/ws" + good)).isTrue();
        }
        int count = 0;
        for (String socket : List.of("/ws", "/cortex/websocket")) {
            for (String parameter : List.of("token", "session_token", "ticket")) {
                String wrong = "wrong-secret-" + count++;
                secrets.add(wrong);
                assertThat(opens(socket + "?" + parameter + "=" + wrong)).isFalse();
                assertThat(opens(socket + "?" + parameter + "=" + ticket)).isFalse();
            }
        }
        for (String[] wrong : new String[][] {
            bearer("wrong-secret-header"),
            {"Cookie", "synapse_session=wrong-secret-cookie", "Sec-Fetch-Site", "same-origin"}
        }) {
            for (String resource : List.of("/api/keys", "/api/metrics", "/api/queues", "/api/sessions/mine")) {
                HttpResponse<String> refused = server.ask("https", "GET", resource, wrong);
                assertThat(refused.statusCode()).isEqualTo(401);
                told.append(refused.body()).append(refused.headers().map());
            }
        }
        for (String body : List.of(
                "{\"name\":\"wrong-secret-body :\"}",
                "{\"name\":\"a\",\"key\":\"wrong-secret-body\"}",
                "{\"wrong-secret-body",
                "{\"name\":[\"wrong-secret-body\"]}")) {
            HttpResponse<String> refused = server.ask("https", "POST", "/api/keys", body, bearer(ADMIN));
            assertThat(refused.statusCode()).isEqualTo(400);
            told.append(refused.body());
        }
        told.append(
                said(
                        "/cortex/websocket",
                        "{\"topic\":\"cortex:a\",\"event\":\"phx_join\",\"payload\":{\"api_key\":\"wrong-secret-join\"},\"ref\":\"1\"}"));
        for (String resource : List.of("/api/keys", path, "/api/metrics", "/api/queues", "/api/queues/connections")) {
            HttpResponse<String> answer = server.ask("https", "GET", resource, bearer(ADMIN));
            assertThat(answer.statusCode()).isEqualTo(200);
            told.append(answer.body());
        }
        await().atMost(20, SECONDS).until(() -> server.audit().contains("\"event\":\"join\""));
        String everything = told + server.output() + server.audit();
        assertThat(everything).contains("key_rotate", "session_create", "ticket_create", "token_create", "handshake");
        secrets.forEach(secret -> assertThat(everything).doesNotContain(secret));
        assertThat(everything).doesNotContain("wrong-secret-");
    }

    @Test
    @DisplayName("M18: the audit log has files of its own, which take turns, one JSON object a line; a flood is a few")
    void auditFilesTakeTurns() throws Exception {
        for (int i = 0; i < 120; i++) {
            JsonNode key = post("/api/keys", ADMIN, "{\"name\":\"key-" + i + "\"}");
            assertThat(server.ask(
                                    "https",
                                    "DELETE",
                                    "/api/keys/" + key.path("id").asText(),
                                    bearer(ADMIN))
                            .statusCode())
                    .isEqualTo(200);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(server.ask("https", "GET", "/api/keys").statusCode()).isEqualTo(401);
        }
        assertThat(server.auditFiles()).hasSizeBetween(2, 10);
        List<JsonNode> lines = new ArrayList<>();
        for (String line : server.audit().lines().toList()) {
            assertThat(line).contains("[io.synapse.audit] {");
            lines.add(JSON.readTree(line.substring(line.indexOf('{'))));
        }
        assertThat(lines)
                .filteredOn(line -> line.path("event").asText().equals("key_create"))
                .hasSize(120);
        assertThat(lines)
                .filteredOn(line -> line.path("event").asText().equals("key_revoke"))
                .hasSize(120);
        List<JsonNode> refused = lines.stream()
                .filter(line -> line.path("event").asText().equals("request"))
                .toList();
        assertThat(refused).hasSizeLessThan(10);
        assertThat(server.output()).doesNotContain("key_create");
    }
}
