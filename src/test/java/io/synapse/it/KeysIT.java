package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.testing.Keys;
import java.net.URL;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, login sessions and tickets, over REST and in handshakes. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class KeysIT {

    private static final String ADMIN = "the key of the admin";
    private static final String TENANT_ADMIN = "the key of the admin of acme";
    private static final String SERVICE = "the key of the service";
    private static final String OTHER_SERVICE = "the key of the other service";
    private static final String USER = "the key of a user";
    private static final String SOCKET = "/cortex/websocket";

    @ArquillianResource
    private URL url;

    private Server server;
    private Rest rest;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                "synapse.auth.api-keys",
                "root:" + Keys.sha256(ADMIN) + ":*:synapse-admin|synapse-user"
                        + ",acme-root:" + Keys.sha256(TENANT_ADMIN) + ":*:synapse-admin|synapse-user:acme"
                        + ",shop:" + Keys.sha256(SERVICE) + ":sales|support:synapse-publisher|synapse-user:acme"
                        + ",mall:" + Keys.sha256(OTHER_SERVICE) + ":*:synapse-publisher|synapse-user:acme"
                        + ",ann:" + Keys.sha256(USER)));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
        rest = new Rest(server);
    }

    private Rest.Answer created(String body) throws Exception {
        Rest.Answer answer = rest.ask("POST", "/api/keys", ADMIN, body);
        assertThat(answer.status()).as("%s", answer.body()).isEqualTo(201);
        return answer;
    }

    private String reasonOfJoin(String agent, String key) throws Exception {
        try (Wire wire = Wire.open(server.webSocket(SOCKET))) {
            return reason(wire.join(agent, key));
        }
    }

    private static String reason(JsonNode reply) {
        return reply.path("status").asText().equals("ok")
                ? "ok"
                : reply.at("/response/reason").asText();
    }

    private int statusOf(String path, String parameters) throws Exception {
        return statusOf(path + parameters, Map.of());
    }

    private int statusOf(String path, Map<String, String> headers) throws Exception {
        return RawHandshake.status(server, path, headers);
    }

    @Test
    @DisplayName("M17: a key is made, works at once as what it was made for, is rotated with a grace, and revoked")
    void livesThroughItsLife() throws Exception {
        Rest.Answer made = created("{\"name\":\"app\",\"agents\":[\"a\"],\"roles\":[\"synapse-user\"]}");
        String id = made.text("id");
        String first = made.text("key");
        assertThat(made.raw().headers().firstValue("Cache-Control").orElseThrow())
                .contains("no-store");
        assertThat(made.body().path("durable").asBoolean()).isFalse();
        assertThat(first).matches("syk_[0-9a-f]{16}_[0-9a-f]{64}");
        assertThat(reasonOfJoin("a", first)).isEqualTo("ok");
        assertThat(reasonOfJoin("b", first)).isEqualTo("forbidden");

        String token = rest.ask("POST", "/api/tokens", first, null).text("token");
        Rest.Answer rotated = rest.ask("POST", "/api/keys/" + id + "/rotate", ADMIN, "{\"grace_ms\":3600000}");
        String second = rotated.text("key");
        assertThat(rotated.status()).isEqualTo(200);
        assertThat(List.of(reasonOfJoin("a", first), reasonOfJoin("a", second), reasonOfJoin("a", token)))
                .containsOnly("ok");

        String third =
                rest.ask("POST", "/api/keys/" + id + "/rotate", ADMIN, null).text("key");
        assertThat(List.of(reasonOfJoin("a", first), reasonOfJoin("a", second), reasonOfJoin("a", token)))
                .containsOnly("unauthorized");
        assertThat(reasonOfJoin("a", third)).isEqualTo("ok");

        String last = rest.ask("POST", "/api/tokens", third, null).text("token");
        Rest.Answer revoked = rest.ask("DELETE", "/api/keys/" + id, ADMIN, null);
        assertThat(revoked.text("state")).isEqualTo("revoked");
        assertThat(reasonOfJoin("a", third)).isEqualTo("unauthorized");
        assertThat(statusOf("/ws", "?token=" + last)).isEqualTo(401);
        assertThat(rest.ask("POST", "/api/keys/" + id + "/rotate", ADMIN, null).status())
                .isEqualTo(409);
        Rest.Answer left = rest.ask("GET", "/api/keys/" + id, ADMIN, null);
        assertThat(left.text("state")).isEqualTo("revoked");
        assertThat(left.raw().body()).doesNotContain(first, second, third, Keys.sha256(third));
    }

    @Test
    @DisplayName("M17: keys are listed by pages, those of the configuration too, which cannot be changed")
    void lists() throws Exception {
        created("{\"name\":\"listed\"}");
        List<String> ids = new ArrayList<>();
        String next = "";
        do {
            Rest.Answer page = rest.ask("GET", "/api/keys?limit=2&after=" + next, ADMIN, null);
            assertThat(page.body().path("keys").size()).isBetween(1, 2);
            page.body().path("keys").forEach(key -> ids.add(key.path("id").asText()));
            next = page.text("next");
        } while (!next.isEmpty());
        assertThat(ids)
                .contains("root", "acme-root", "shop", "mall", "ann")
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(ids).anyMatch(id -> id.matches("k_[0-9a-f]{16}"));
        assertThat(rest.ask("GET", "/api/keys/ann", ADMIN, null).text("kind")).isEqualTo("configured");
        assertThat(rest.ask("DELETE", "/api/keys/ann", ADMIN, null).status()).isEqualTo(409);
        assertThat(rest.ask("POST", "/api/keys/ann/rotate", ADMIN, null).status())
                .isEqualTo(409);
        assertThat(rest.ask("GET", "/api/keys/nobody", ADMIN, null).status()).isEqualTo(404);
        assertThat(rest.ask("GET", "/api/keys?limit=x", ADMIN, null).status()).isEqualTo(400);
    }

    @Test
    @DisplayName("M17: keys are for an admin without a tenant only")
    void keysAreForAdmins() throws Exception {
        for (String[] request : new String[][] {
            {"GET", "/api/keys"},
            {"POST", "/api/keys"},
            {"GET", "/api/keys/ann"},
            {"DELETE", "/api/keys/ann"},
            {"POST", "/api/keys/ann/rotate"}
        }) {
            assertThat(rest.ask(request[0], request[1], "", null).status()).isEqualTo(401);
            assertThat(rest.ask(request[0], request[1], "wrong", null).status()).isEqualTo(401);
            for (String key : List.of(TENANT_ADMIN, SERVICE, USER)) {
                Rest.Answer refused = rest.ask(request[0], request[1], key, null);
                assertThat(refused.status()).isEqualTo(403);
                assertThat(refused.raw().headers().firstValue("Content-Type").orElseThrow())
                        .contains("application/problem+json");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; name",
                "{}; name",
                "{\"name\":\"\"}; name",
                "{\"name\":\"a b\"}; name",
                "{\"name\":\"a:b\"}; name",
                "{\"name\":7}; name",
                "{\"name\":\"x\",\"tenant\":\"a b\"}; tenant",
                "{\"name\":\"x\",\"agents\":\"a\"}; agents",
                "{\"name\":\"x\",\"agents\":[\"\"]}; agents",
                "{\"name\":\"x\",\"topics\":[\"a*b\"]}; topics",
                "{\"name\":\"x\",\"roles\":[\"king\"]}; roles",
                "{\"name\":\"x\",\"expires_at\":1}; expires_at",
                "{\"name\":\"x\",\"expires_at\":\"now\"}; expires_at",
                "{\"name\":\"x\",\"role\":[\"synapse-user\"]}; role",
                "[1]; body",
                "{\"name\":; body",
                "{\"name\":[[[[1]]]]}; body",
            })
    @DisplayName("M17: what is wrong with a request for a key is told by field")
    void tellsWhatIsWrong(String body, String field) throws Exception {
        Rest.Answer answer = rest.ask("POST", "/api/keys", ADMIN, body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().path("errors").has(field))
                .as(answer.raw().body())
                .isTrue();
    }

    @Test
    @DisplayName("M17: a body that is too large is refused, and a name that is taken")
    void refusesTooMuch() throws Exception {
        String large = "{\"name\":\"" + "x".repeat(20_000) + "\"}";
        assertThat(rest.ask("POST", "/api/keys", ADMIN, large).status()).isEqualTo(400);
        created("{\"name\":\"twice\"}");
        assertThat(rest.ask("POST", "/api/keys", ADMIN, "{\"name\":\"twice\"}").status())
                .isEqualTo(409);
        assertThat(rest.ask("POST", "/api/keys", ADMIN, "{\"name\":\"ann\"}").status())
                .isEqualTo(409);
    }

    @Test
    @DisplayName("M17: the lifetime of a token is bounded, and only keys make one")
    void boundsTokens() throws Exception {
        assertThat(rest.ask("POST", "/api/tokens", USER, "{\"lifetime_ms\":60000}")
                        .status())
                .isEqualTo(201);
        assertThat(rest.ask("POST", "/api/tokens", USER, "{\"lifetime_ms\":86400001}")
                        .status())
                .isEqualTo(400);
        String session = session("{\"user\":\"tim\"}").text("session_token");
        assertThat(rest.ask("POST", "/api/tokens", session, null).status()).isEqualTo(403);
    }

    private Rest.Answer session(String body) throws Exception {
        Rest.Answer answer = rest.ask("POST", "/api/sessions", SERVICE, body);
        assertThat(answer.status()).as(answer.raw().body()).isEqualTo(201);
        return answer;
    }

    @Test
    @DisplayName("G4: a session is made, lets in on both sockets, is validated, and ends when it is revoked")
    void sessionLives() throws Exception {
        Rest.Answer made = session("{\"user\":\"ann@example.com\",\"agents\":[\"sales\"]}");
        String token = made.text("session_token");
        String id = made.text("id");
        assertThat(made.text("subject")).isEqualTo("login:shop:ann@example.com");
        assertThat(made.text("tenant")).isEqualTo("acme");
        try (Wire wire = Wire.open(server.webSocket(SOCKET + "?session_token=" + token))) {
            wire.send("{\"topic\":\"cortex:sales\",\"event\":\"phx_join\",\"payload\":{},\"ref\":\"1\"}");
            assertThat(wire.next("phx_reply").path("status").asText()).isEqualTo("ok");
            wire.send("{\"topic\":\"cortex:support\",\"event\":\"phx_join\",\"payload\":{},\"ref\":\"2\"}");
            assertThat(wire.next("phx_reply").at("/response/reason").asText()).isEqualTo("forbidden");
        }
        assertThat(statusOf("/ws", "?session_token=" + token)).isEqualTo(101);
        assertThat(statusOf(SOCKET, "?session_token=" + token + "0")).isEqualTo(401);
        assertThat(statusOf(SOCKET, "?session_token=" + USER.replace(' ', '+'))).isEqualTo(401);

        Rest.Answer valid =
                rest.ask("POST", "/api/sessions/validate", SERVICE, "{\"session_token\":\"" + token + "\"}");
        assertThat(valid.text("id")).isEqualTo(id);
        assertThat(valid.raw().body()).doesNotContain(token);
        assertThat(rest.ask("GET", "/api/sessions/" + id, SERVICE, null).status())
                .isEqualTo(200);
        long soon = made.body().path("created_at").asLong() + 3_600_000;
        assertThat(rest.ask("POST", "/api/sessions/" + id + "/expire", SERVICE, "{\"expires_at\":" + soon + "}")
                        .body()
                        .path("expires_at")
                        .asLong())
                .isEqualTo(soon);

        assertThat(rest.ask("DELETE", "/api/sessions/" + id, SERVICE, null).status())
                .isEqualTo(200);
        assertThat(statusOf(SOCKET, "?session_token=" + token)).isEqualTo(401);
        assertThat(rest.ask("DELETE", "/api/sessions/" + id, SERVICE, null).status())
                .isEqualTo(404);
    }

    @Test
    @DisplayName("G4: a service makes no session that may more than itself, and does not see those of another")
    void sessionsAreBounded() throws Exception {
        for (String[] wrong : new String[][] {
            {"{\"user\":\"x\",\"agents\":[\"salaries\"]}", "agents"},
            {"{\"user\":\"x\",\"roles\":[\"synapse-admin\"]}", "roles"},
            {"{\"user\":\"a b\"}", "user"},
            {"{\"user\":\"x\",\"tenant\":\"other\"}", "tenant"},
            {"{\"user\":\"x\",\"lifetime_ms\":99999999999}", "lifetime_ms"}
        }) {
            Rest.Answer refused = rest.ask("POST", "/api/sessions", SERVICE, wrong[0]);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.body().path("errors").has(wrong[1])).as(wrong[0]).isTrue();
        }
        assertThat(rest.ask("POST", "/api/sessions", USER, "{\"user\":\"x\"}").status())
                .isEqualTo(403);
        assertThat(rest.ask("POST", "/api/sessions", "", "{\"user\":\"x\"}").status())
                .isEqualTo(401);
        Rest.Answer mine = session("{\"user\":\"eve\"}");
        String path = "/api/sessions/" + mine.text("id");
        String shown = "{\"session_token\":\"" + mine.text("session_token") + "\"}";
        assertThat(rest.ask("GET", path, OTHER_SERVICE, null).status()).isEqualTo(404);
        assertThat(rest.ask("DELETE", path, OTHER_SERVICE, null).status()).isEqualTo(404);
        assertThat(rest.ask("POST", "/api/sessions/validate", OTHER_SERVICE, shown)
                        .status())
                .isEqualTo(404);
        assertThat(rest.ask("GET", path, TENANT_ADMIN, null).status()).isEqualTo(200);
        assertThat(rest.ask("GET", path, ADMIN, null).status()).isEqualTo(200);
        assertThat(rest.ask("GET", path, mine.text("session_token"), null).status())
                .isEqualTo(403);
    }

    @Test
    @DisplayName("G4 M17: a session ends with the key that made it")
    void sessionEndsWithItsKey() throws Exception {
        Rest.Answer key = created("{\"name\":\"maker\",\"roles\":[\"synapse-publisher\",\"synapse-user\"]}");
        Rest.Answer made = rest.ask("POST", "/api/sessions", key.text("key"), "{\"user\":\"joe\"}");
        String token = made.text("session_token");
        assertThat(statusOf("/ws", "?session_token=" + token)).isEqualTo(101);
        rest.ask("DELETE", "/api/keys/" + key.text("id"), ADMIN, null);
        assertThat(statusOf(SOCKET, "?session_token=" + token)).isEqualTo(401);
    }

    @Test
    @DisplayName("G4 M3: the cookie counts from a page of this host only, on handshakes and on the REST side")
    void cookieIsForThisHost() throws Exception {
        String token = session("{\"user\":\"kim\"}").text("session_token");
        Rest.Answer put = rest.ask("POST", "/api/sessions/mine/cookie", token, null);
        String header = put.raw().headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(header)
                .startsWith("synapse_session=" + token + ";")
                .contains("HttpOnly", "SameSite=Strict", "Path=/;", "Max-Age=")
                .doesNotContain("Secure", "Domain");
        String cookie = "synapse_session=" + token;
        String own = "http://127.0.0.1:" + server.port();
        assertThat(statusOf("/ws", Map.of("Cookie", cookie, "Origin", own))).isEqualTo(101);
        assertThat(statusOf("/ws", Map.of("Cookie", cookie))).isEqualTo(401);
        assertThat(statusOf("/ws", Map.of("Cookie", cookie, "Origin", "http://evil.example")))
                .isEqualTo(403);
        assertThat(rest.ask("GET", "/api/sessions/mine", "", null, "Cookie", cookie, "Origin", own)
                        .status())
                .isEqualTo(200);
        assertThat(rest.ask("GET", "/api/sessions/mine", "", null, "Cookie", cookie, "Sec-Fetch-Site", "same-origin")
                        .status())
                .isEqualTo(200);
        assertThat(rest.ask("GET", "/api/sessions/mine", "", null, "Cookie", cookie, "Sec-Fetch-Site", "same-site")
                        .status())
                .isEqualTo(401);
        assertThat(rest.ask("DELETE", "/api/sessions/mine", "", null, "Cookie", cookie)
                        .status())
                .isEqualTo(401);
        Rest.Answer out = rest.ask("DELETE", "/api/sessions/mine", "", null, "Cookie", cookie, "Origin", own);
        assertThat(out.status()).isEqualTo(200);
        assertThat(out.raw().headers().firstValue("Set-Cookie").orElseThrow()).contains("Max-Age=0");
        assertThat(statusOf("/ws", Map.of("Cookie", cookie, "Origin", own))).isEqualTo(401);
    }

    @Test
    @DisplayName("M3: a ticket opens one socket, and the next client that shows it is refused with 401")
    void ticketIsForOneHandshake() throws Exception {
        for (String path : List.of("/ws", SOCKET)) {
            String ticket = rest.ask("POST", "/api/tickets", USER, null).text("ticket");
            assertThat(ticket).startsWith("syt_");
            assertThat(statusOf(path, "?ticket=" + ticket)).isEqualTo(101);
            assertThat(statusOf(path, "?ticket=" + ticket)).isEqualTo(401);
        }
        assertThat(rest.ask("POST", "/api/tickets", "", null).status()).isEqualTo(401);
        String session = session("{\"user\":\"lou\"}").text("session_token");
        Rest.Answer ticket = rest.ask("POST", "/api/tickets", session, null);
        rest.ask("DELETE", "/api/sessions/mine", session, null);
        assertThat(statusOf("/ws", "?ticket=" + ticket.text("ticket"))).isEqualTo(401);
    }

    @Test
    @DisplayName("M3: of 50 clients that race with one ticket exactly one comes in")
    void ticketIsRacedFor() throws Exception {
        String ticket = rest.ask("POST", "/api/tickets", USER, null).text("ticket");
        CyclicBarrier start = new CyclicBarrier(50);
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            Callable<Integer> client = () -> {
                start.await();
                return statusOf("/ws", "?ticket=" + ticket);
            };
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> answer : threads.invokeAll(
                    IntStream.range(0, 50).mapToObj(i -> client).toList())) {
                statuses.add(answer.get());
            }
            assertThat(statuses).containsOnly(101, 401);
            assertThat(statuses.stream().filter(status -> status == 101)).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/info", "/api/keys", "/api/nothing", "/nothing", "/assets/nothing.js", "/ws"})
    @DisplayName("M18: every answer has the headers that keep a page to itself, errors too")
    void hasSecurityHeaders(String path) throws Exception {
        HttpResponse<String> answer = Server.get(server.http(path));
        for (String header : List.of(
                "Content-Security-Policy",
                "X-Content-Type-Options",
                "X-Frame-Options",
                "Referrer-Policy",
                "Permissions-Policy",
                "Cross-Origin-Opener-Policy",
                "Cross-Origin-Resource-Policy")) {
            assertThat(answer.headers().allValues(header)).as(header).hasSize(1);
        }
        assertThat(answer.headers().firstValue("Strict-Transport-Security")).isEmpty();
    }
}
