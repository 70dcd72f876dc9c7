package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.Keys;
import java.net.URL;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
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
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in the configuration and nothing else: that alone is production. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class CredentialsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "the key of the web";
    private static final String LIMITED = "the key of the batch";
    private static final String SOCKET = "/cortex/websocket";

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.auth.api-keys",
                "web:" + Keys.sha256(KEY) + ",batch:" + Keys.sha256(LIMITED) + ":reports|billing"));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private String token(String key) throws Exception {
        HttpResponse<String> answer = Server.post(server.http("/api/tokens"), key);
        assertThat(answer.statusCode()).isEqualTo(201);
        return JSON.readTree(answer.body()).path("token").asText();
    }

    private JsonNode joined(String parameters, String agent, String key) throws Exception {
        try (Wire wire = Wire.open(server.webSocket(SOCKET + parameters))) {
            return wire.join(agent, key);
        }
    }

    @Test
    @DisplayName("M17 G13: with keys the mode is production, and the node is ready")
    void isReadyInProduction() throws Exception {
        HttpResponse<String> ready = Server.get(server.health("/health/ready"));
        assertThat(ready.statusCode()).isEqualTo(200);
        assertThat(ready.body()).contains("UP").doesNotContain("DOWN");
        assertThat(Server.get(server.http("/api/info")).body()).contains("\"production\"");
    }

    @Test
    @DisplayName("M17 M2: the key that everybody knows opens nothing, and a configured one joins and asks")
    void letsInAConfiguredKeyOnly() throws Exception {
        try (Wire wire = Wire.open(server.webSocket(SOCKET))) {
            for (String wrong : new String[] {"test_key", "", Keys.sha256(KEY), KEY + " "}) {
                JsonNode refused = wire.join("anyone", wrong);
                assertThat(refused.path("status").asText()).isEqualTo("error");
                assertThat(refused.at("/response/reason").asText()).isEqualTo("unauthorized");
            }
            assertThat(wire.join("anyone", KEY).path("status").asText()).isEqualTo("ok");
            wire.query("q", "What is 2+2?", "");
            assertThat(wire.next("result").at("/data/answer").asText()).isEqualTo("4");
        }
    }

    @Test
    @DisplayName("M17: a key with agents joins these and no others, and so does its token")
    void keepsAKeyToItsAgents() throws Exception {
        String token = token(LIMITED);
        for (String credential : new String[] {LIMITED, token}) {
            assertThat(joined("", "billing", credential).path("status").asText())
                    .isEqualTo("ok");
            assertThat(joined("", "salaries", credential).at("/response/reason").asText())
                    .isEqualTo("forbidden");
        }
    }

    @Test
    @DisplayName("M3 M17: a token in the handshake makes a key in the join needless, and limits it as the key was")
    void takesATokenInTheHandshake() throws Exception {
        String token = token(LIMITED);
        try (Wire wire = Wire.open(server.webSocket(SOCKET + "?vsn=1.0.0&token=" + token))) {
            wire.send("{\"topic\":\"cortex:reports\",\"event\":\"phx_join\",\"payload\":{},\"ref\":\"1\"}");
            assertThat(wire.next("phx_reply").path("status").asText()).isEqualTo("ok");
            wire.send("{\"topic\":\"cortex:salaries\",\"event\":\"phx_join\",\"payload\":{},\"ref\":\"2\"}");
            assertThat(wire.next("phx_reply").at("/response/reason").asText()).isEqualTo("forbidden");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"test_key", "nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3ZWIiLCJpYXQiOjk5OTk5OTk5OTl9."})
    @DisplayName("M3 M17: a bad token in the handshake is refused with 401 before the upgrade")
    void refusesABadTokenInTheHandshake(String token) throws Exception {
        assertThat(RawClient.answerToHandshake(server.port(), "?token=" + token))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    @DisplayName("M3 M17: a token that was changed, or signed with another secret, is refused with 401")
    void refusesAForgedToken() throws Exception {
        String[] parts = token(LIMITED).split("\\.");
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        String wider = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.replace("billing", "secrets").getBytes(StandardCharsets.UTF_8));
        assertThat(RawClient.answerToHandshake(server.port(), "?token=" + parts[0] + "." + wider + "." + parts[2]))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    @DisplayName("M18: tokens and figures are for holders of a configured key")
    void restNeedsAConfiguredKey() throws Exception {
        assertThat(Server.post(server.http("/api/tokens"), "").statusCode()).isEqualTo(401);
        assertThat(Server.post(server.http("/api/tokens"), "test_key").statusCode())
                .isEqualTo(401);
        assertThat(Server.get(server.http("/api/metrics"), "test_key").statusCode())
                .isEqualTo(401);
        assertThat(Server.get(server.http("/api/metrics"), KEY).statusCode()).isEqualTo(200);
    }
}
