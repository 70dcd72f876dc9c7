package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionException;

/** A client that knows a name and a password of the server's realm. */
final class RealmClient {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final int port;

    RealmClient(int port) {
        this.port = port;
    }

    private URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + port + path);
    }

    private static String basic(String name, String password) {
        byte[] pair = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** The status that a handshake is answered with. */
    int dial(String path, String name, String password) {
        try (Wire wire =
                Wire.open(uri("ws", path), builder -> builder.header("Authorization", basic(name, password)))) {
            return wire == null ? 0 : 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                assertNoSession(refused.getResponse());
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    /** {@code ok}, or why a join is refused. */
    String join(String name, String password) throws InterruptedException {
        try (Wire wire = Wire.open(
                uri("ws", "/cortex/websocket"), builder -> builder.header("Authorization", basic(name, password)))) {
            wire.send(
                    "{\"topic\":\"cortex:guide\",\"event\":\"phx_join\",\"payload\":{\"presence\":false},\"ref\":\"1\"}");
            var reply = wire.next("phx_reply");
            return reply.path("status").asText().equals("ok")
                    ? "ok"
                    : reply.at("/response/reason").asText();
        }
    }

    /** The status of something that only publishers and operators may see. */
    int rest(String name, String password) throws IOException, InterruptedException {
        return restWith(basic(name, password));
    }

    int restWith(String authorization) throws IOException, InterruptedException {
        HttpResponse<String> answer = CLIENT.send(
                HttpRequest.newBuilder(uri("http", "/api/queues"))
                        .timeout(TIMEOUT)
                        .header("Authorization", authorization)
                        .build(),
                BodyHandlers.ofString());
        assertNoSession(answer);
        if (answer.statusCode() == 401) {
            assertThat(answer.headers().allValues("WWW-Authenticate"))
                    .anyMatch(challenge -> challenge.startsWith("Basic realm="));
        }
        return answer.statusCode();
    }

    /** What the form of the login page is answered with. */
    HttpResponse<String> login(String name, String password, String origin) throws IOException, InterruptedException {
        String form = "name=" + URLEncoder.encode(name, StandardCharsets.UTF_8) + "&password="
                + URLEncoder.encode(password, StandardCharsets.UTF_8);
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("http", "/login"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form));
        if (!origin.isEmpty()) {
            request.header("Origin", origin);
        }
        HttpResponse<String> answer = CLIENT.send(request.build(), BodyHandlers.ofString());
        assertNoSession(answer);
        return answer;
    }

    /** Logs in by the form, uses the login, and logs out. */
    void logsInByForm(String name, String password) throws IOException, InterruptedException {
        String own = uri("http", "").toString();
        assertThat(login(name, password, "http://evil.example").statusCode()).isEqualTo(403);
        HttpResponse<String> begun = login(name, password, own);
        assertThat(begun.statusCode()).isEqualTo(303);
        assertThat(begun.headers().firstValue("Location"))
                .hasValueSatisfying(
                        at -> assertThat(at).isIn("/", uri("http", "/").toString()));
        List<String> cookies = begun.headers().allValues("Set-Cookie").stream()
                .filter(cookie -> cookie.startsWith("synapse_session="))
                .toList();
        assertThat(cookies).singleElement().asString().contains("HttpOnly", "SameSite=Strict", "synapse_session=syl_");
        String cookie = cookies.get(0).substring(0, cookies.get(0).indexOf(';'));

        assertThat(asked("GET", cookie, own).body()).contains("\"subject\":\"realm:" + name + "\"");
        assertThat(dialWithCookie(cookie, own)).isEqualTo(101);
        assertThat(dialWithCookie(cookie, "http://evil.example")).isEqualTo(403);
        assertThat(asked("DELETE", cookie, "").statusCode()).isEqualTo(403);
        assertThat(asked("DELETE", cookie, own).statusCode()).isEqualTo(204);
        HttpResponse<String> after = asked("GET", cookie, own);
        assertThat(after.body()).doesNotContain("subject");
        assertThat(after.headers().firstValue("Set-Cookie"))
                .hasValueSatisfying(gone -> assertThat(gone).contains("Max-Age=0"));
        assertThat(dialWithCookie(cookie, own)).isEqualTo(401);
    }

    private HttpResponse<String> asked(String method, String cookie, String origin)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("http", "/login"))
                .timeout(TIMEOUT)
                .header("Cookie", cookie)
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!origin.isEmpty()) {
            request.header("Origin", origin);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private int dialWithCookie(String cookie, String origin) {
        try (Wire wire = Wire.open(
                uri("ws", "/ws"), builder -> builder.header("Cookie", cookie).header("Origin", origin))) {
            return wire == null ? 0 : 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    // A session of the server's own would be a second, longer-lived way in, and memory for each login. WildFly takes
    // the
    // cookie of the one away that was ended.
    private static void assertNoSession(HttpResponse<?> answer) {
        assertThat(answer.headers().allValues("Set-Cookie"))
                .filteredOn(cookie -> !cookie.contains("Expires=Thu, 01-Jan-1970"))
                .noneMatch(cookie -> cookie.contains("JSESSIONID") || cookie.contains("Ltpa"));
    }
}
