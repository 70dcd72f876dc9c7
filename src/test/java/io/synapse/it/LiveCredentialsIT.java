package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.security.Credential;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.net.URL;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Connections live by their credentials: warned, renewed in band, or closed. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class LiveCredentialsIT {

    private static final String SECRET = "a secret of the tests, long enough for HS256";
    /** Long enough to connect on a machine that is busy; the client is told a second later at the earliest. */
    private static final Duration SHORT = Duration.ofSeconds(10);

    private static final Duration LONG = Duration.ofMinutes(5);

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.auth.token-secret", SECRET,
                "synapse.auth.expiry-warning", "PT9S",
                "synapse.auth.expiry-grace", "PT1S"));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    /** As another service that knows the secret makes it: of no key. */
    private static final Credential OF_NO_KEY = new Credential(Credential.Kind.TOKEN, "", Optional.empty());

    private static String token(String subject, Duration lifetime, Role... roles) {
        return new HandshakeTokens(SECRET, Duration.ofHours(1), Clock.systemUTC())
                .issue(new Identity(subject, Set.of(), Set.of(roles)).with(OF_NO_KEY), lifetime)
                .token();
    }

    private static JsonNode typed(Wire wire, String type) throws InterruptedException {
        return wire.next(message -> message.path("type").asText().equals(type));
    }

    @Test
    @DisplayName(
            "B11: on /ws a renewed token keeps the connection and its query; one that is not renewed ends with 4501")
    void livesByItsTokenOnGateway() throws Exception {
        try (Wire renewing = Wire.open(server.webSocket("/ws?token=" + token("ann", SHORT, Role.USER)));
                Wire forgetful = Wire.open(server.webSocket("/ws?token=" + token("bob", SHORT, Role.USER)))) {
            renewing.send(
                    "{\"type\":\"query\",\"ref\":\"q\",\"q\":\"How do I rotate an API key?\",\"pace\":1,\"timeout\":300000}");
            long expires = typed(renewing, "token_expiring").path("expires_at").asLong();
            renewing.send("{\"id\":1,\"type\":\"access_token\",\"token\":\"" + token("bob", LONG, Role.USER) + "\"}");
            JsonNode refused = renewing.next(answer -> answer.path("id").asInt() == 1);
            assertThat(refused.toString()).contains("forbidden");
            renewing.send("{\"id\":2,\"type\":\"access_token\",\"token\":\"" + token("ann", LONG, Role.USER) + "\"}");
            JsonNode renewed = renewing.next(answer -> answer.path("id").asInt() == 2);
            assertThat(renewed.at("/result/expires_at").asLong()).isGreaterThan(expires);
            typed(forgetful, "token_expiring");
            assertThat(forgetful.closeCode()).isEqualTo(4501);
            // The first token has expired as well by now.
            renewing.send("{\"id\":3,\"type\":\"interrupt\",\"ref\":\"q\"}");
            assertThat(renewing.next(answer -> answer.path("id").asInt() == 3)
                            .at("/result/stopped")
                            .asBoolean())
                    .isTrue();
        }
        try (Wire back = Wire.open(server.webSocket("/ws?token=" + token("ann", LONG, Role.USER)))) {
            back.send("{\"id\":4,\"type\":\"resume\",\"ref\":\"q\"}");
            assertThat(typed(back, "result").path("status").asText()).isEqualTo("interrupted");
        }
    }

    @Test
    @DisplayName("B11 M17: on the cortex socket a join lives by its own token, and the next one takes up its query")
    void livesByItsTokenOnCortex() throws Exception {
        String ofConnection = "/cortex/websocket?vsn=1.0.0&token=" + token("ann", SHORT, Role.USER);
        try (Wire wire = Wire.open(server.webSocket("/cortex/websocket"));
                Wire whole = Wire.open(server.webSocket(ofConnection))) {
            assertThat(wire.join("desk", token("ann", SHORT, Role.USER))
                            .path("status")
                            .asText())
                    .isEqualTo("ok");
            whole.send("{\"topic\":\"cortex:desk\",\"event\":\"phx_join\",\"payload\":{},\"ref\":\"1\"}");
            whole.next("token_expiring");
            whole.send("{\"topic\":\"phoenix\",\"event\":\"access_token\",\"payload\":{\"access_token\":\"nothing\"},"
                    + "\"ref\":\"2\"}");
            wire.query("q", "How do I rotate an API key?", ",\"pace\":1,\"timeout\":300000");
            wire.next("token_expiring");
            assertThat(wire.next("phx_error").path("reason").asText()).isEqualTo("token_expired");
            assertThat(wire.join("desk", token("ann", Duration.ofSeconds(-1), Role.USER))
                            .at("/response/reason")
                            .asText())
                    .isEqualTo("unauthorized");
            assertThat(wire.join("desk", token("ann", LONG, Role.USER))
                            .path("status")
                            .asText())
                    .isEqualTo("ok");
            wire.next("thought");
            wire.interrupt("q");
            assertThat(wire.next("result").path("status").asText()).isEqualTo("interrupted");
            assertThat(whole.closeCode()).isEqualTo(4501);
        }
    }
}
