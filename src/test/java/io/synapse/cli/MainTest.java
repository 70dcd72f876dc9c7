package io.synapse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.synapse.config.SynapseConfig;
import io.synapse.security.ApiKeys;
import io.synapse.security.Identity;
import io.synapse.testing.Configs;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    private static final String KEY = "a-key-of-an-admin";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<String> requests = new ArrayList<>();
    private HttpServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    private int run(Map<String, String> environment, String input, String... arguments) {
        return Main.run(
                List.of(arguments),
                environment,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String told() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** A node that notes what it is asked, and answers the same to all. */
    private String node(int status, String body) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String sent = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " " + sent);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Test
    @DisplayName("M17: a key that is made without a node lets in with the entry that is printed with it")
    void makesAKeyAlone() {
        assertThat(run(
                        Map.of(),
                        "",
                        "keys",
                        "new",
                        "--name",
                        "web",
                        "--roles",
                        "synapse-user,synapse-admin",
                        "--tenant",
                        "acme"))
                .isZero();
        Matcher matcher = Pattern.compile("key: (\\S+)\\nentry of synapse\\.auth\\.api-keys: (\\S+)\\n")
                .matcher(printed());
        assertThat(matcher.matches()).as(printed()).isTrue();
        SynapseConfig config = Configs.with(Map.of("synapse.auth.api-keys", matcher.group(2)));
        Identity identity = new ApiKeys(config.auth().apiKeys(), false)
                .identify(matcher.group(1))
                .orElseThrow();
        assertThat(identity.subject()).isEqualTo("web");
        assertThat(identity.tenant()).isEqualTo("acme");
        assertThat(identity.groups()).isEqualTo(Set.of("synapse-user", "synapse-admin"));
    }

    @Test
    @DisplayName(
            "M17: keys are created, listed, rotated and revoked on a node, with the key of the environment or of the input")
    void asksANode() throws IOException {
        String url = node(200, "{\"ok\":true}");
        Map<String, String> environment = Map.of("SYNAPSE_ADMIN_KEY", KEY);
        assertThat(run(
                        environment,
                        "",
                        "keys",
                        "create",
                        "--url",
                        url,
                        "--name=x \"y\" ü",
                        "--agents",
                        "a,b",
                        "--expires-at",
                        "1970-01-01T00:00:09Z"))
                .isZero();
        assertThat(run(environment, "", "keys", "list", "--url", url + "/", "--limit", "5", "--after", "a b&c"))
                .isZero();
        assertThat(run(Map.of(), KEY + "\nrest", "keys", "rotate", "k_1", "--url", url, "--grace", "PT1M"))
                .isZero();
        assertThat(run(environment, "", "keys", "revoke", "../k", "--url", url)).isZero();
        assertThat(requests)
                .containsExactly(
                        "POST /api/keys Bearer " + KEY
                                + " {\"name\":\"x \\\"y\\\" \\u00fc\",\"agents\":[\"a\",\"b\"],\"expires_at\":9000}",
                        "GET /api/keys?limit=5&after=a%20b%26c Bearer " + KEY + " ",
                        "POST /api/keys/k_1/rotate Bearer " + KEY + " {\"grace_ms\":60000}",
                        "DELETE /api/keys/..%2Fk Bearer " + KEY + " ");
        assertThat(printed()).isEqualTo("{\"ok\":true}\n".repeat(4));
        assertThat(told()).isEmpty();
    }

    @Test
    @DisplayName("M17: a refusal and a node that is not there have exit codes of their own, and never show the key")
    void tellsWhatFails() throws IOException {
        String url = node(403, "{\"title\":\"no\"}");
        assertThat(run(Map.of("SYNAPSE_ADMIN_KEY", KEY), "", "keys", "list", "--url", url))
                .isEqualTo(1);
        assertThat(told()).contains("403", "no");
        server.stop(0);
        assertThat(run(Map.of("SYNAPSE_ADMIN_KEY", KEY), "", "keys", "list", "--url", url))
                .isEqualTo(3);
        assertThat(run(Map.of("SYNAPSE_ADMIN_KEY", KEY + "\n" + KEY), "", "keys", "list", "--url", url))
                .isEqualTo(3);
        assertThat(printed()).isEmpty();
        assertThat(told()).doesNotContain(KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "keys",
                "keys sing",
                "keys new",
                "keys new --name a:b",
                "keys new --name a,b",
                "keys new --name a --name b",
                "keys new --name",
                "keys new --name a --secret b",
                "keys new a --name b",
                "keys list",
                "keys list --url ftp://x",
                "keys list --url http://node.example",
                "keys list --url http://127.0.0.1.evil.example",
                "keys list --url :",
                "keys rotate --url http://localhost",
                "keys rotate k --url http://localhost --grace soon",
                "keys revoke a b --url http://localhost",
                "keys create --url http://localhost --name a --expires-at tomorrow",
                "keys create --url http://localhost"
            })
    @DisplayName("M17: a wrong command line is said to be so, and nothing is sent")
    void tellsOfAWrongCommandLine(String line) {
        String[] arguments = line.isEmpty() ? new String[0] : line.split(" ");
        assertThat(run(Map.of("SYNAPSE_ADMIN_KEY", KEY), "", arguments)).isEqualTo(2);
        assertThat(told() + printed()).isNotEmpty().doesNotContain(KEY);
    }

    @Test
    @DisplayName("M17: without a key of an admin nothing is sent; help says how")
    void needsAKey() {
        assertThat(run(Map.of(), "", "keys", "list", "--url", "http://localhost:1"))
                .isEqualTo(2);
        assertThat(told()).contains("SYNAPSE_ADMIN_KEY");
        assertThat(run(Map.of(), "", "keys", "--help")).isZero();
        assertThat(printed()).contains("keys rotate", "SYNAPSE_ADMIN_KEY", "exit codes");
    }
}
