package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.URL;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.UnaryOperator;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real identity provider: its tokens, its keys, and its login page. In this order, as keys change at the end. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeycloakIT {

    private static final String CORTEX = "/cortex/websocket";
    private static final String GATEWAY = "/ws";
    private static final String PROTOCOL = "base64url.bearer.phx.";
    private static Keycloak keycloak;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        String redirect = "http://127.0.0.1:" + System.getProperty("synapse.it.http.port") + "/login/oidc/callback";
        keycloak = Keycloak.start(redirect);
        Map<String, String> config = new LinkedHashMap<>();
        config.put("mp.jwt.verify.publickey.location", keycloak.keys());
        config.put("mp.jwt.verify.issuer", keycloak.issuer());
        config.put("mp.jwt.verify.audiences", "synapse");
        config.put("mp.jwt.verify.clock.skew", "1");
        config.put("synapse.jwt.subject-claim", "preferred_username");
        config.put("synapse.jwt.keys-max-age", "PT2S");
        config.put("synapse.jwt.keys-min-interval", "PT0.2S");
        config.put("synapse.oidc.issuer", keycloak.issuer());
        config.put("synapse.oidc.client-id", "page");
        config.put("synapse.oidc.client-secret", "page-secret");
        config.put("synapse.oidc.scopes", "openid,profile");
        config.put("synapse.oidc.redirect-uri", redirect);
        return WarFile.with(config);
    }

    @BeforeEach
    void awaitServers() {
        // The node is ready whether its issuer is or not.
        server = Server.ready(url);
        keycloak.awaitReady();
    }

    @AfterAll
    static void stop() throws Exception {
        keycloak.stop();
    }

    private static String token(String client, String user) throws Exception {
        return keycloak.login(client, user).path("access_token").asText();
    }

    private static UnaryOperator<WebSocket.Builder> bearer(String token) {
        return builder -> builder.header("Authorization", "Bearer " + token);
    }

    /** The status that a handshake is answered with. */
    private int dial(String path, UnaryOperator<WebSocket.Builder> options) {
        try (Wire wire = Wire.open(server.webSocket(path), options)) {
            return wire == null ? 0 : 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    private static JsonNode joinAs(Wire wire, String agent) throws InterruptedException {
        wire.send(("{\"topic\":\"cortex:%s\",\"event\":\"phx_join\",\"payload\":{\"presence\":false},\"ref\":\"1\"}")
                .formatted(agent));
        return wire.next("phx_reply");
    }

    @Test
    @Order(1)
    @DisplayName("D7 M2 M3: a real token opens both sockets, by header, sub-protocol and parameter, joins, and REST")
    void letsIn() throws Exception {
        String ann = token("program", "ann");
        String encoded =
                Base64.getUrlEncoder().withoutPadding().encodeToString(ann.getBytes(StandardCharsets.US_ASCII));
        Map<String, UnaryOperator<WebSocket.Builder>> ways = Map.of(
                CORTEX,
                bearer(ann),
                CORTEX + "?token=" + ann,
                builder -> builder,
                CORTEX + "?vsn=1.0.0",
                builder -> builder.subprotocols("phoenix", PROTOCOL + encoded));
        for (var way : ways.entrySet()) {
            try (Wire wire = Wire.open(server.webSocket(way.getKey()), way.getValue())) {
                assertThat(joinAs(wire, "guide").path("status").asText())
                        .as(way.getKey())
                        .isEqualTo("ok");
                wire.query("q", "What is 2+2?", "");
                assertThat(wire.next("result").at("/data/answer").asText()).isEqualTo("4");
            }
        }
        assertThat(dial(GATEWAY, bearer(ann))).isEqualTo(101);
        assertThat(dial(GATEWAY + "?token=" + ann, builder -> builder)).isEqualTo(101);
        try (Wire wire = Wire.open(server.webSocket(CORTEX))) {
            assertThat(wire.join("guide", ann).path("status").asText()).isEqualTo("ok");
            assertThat(wire.join("other", ann + "x").at("/response/reason").asText())
                    .isEqualTo("unauthorized");
        }
        assertThat(Server.get(server.http("/api/queues"), ann).statusCode()).isEqualTo(200);
    }

    @Test
    @Order(2)
    @DisplayName(
            "D7: a wrong audience, a wrong signature, alg none, a MAC under the public key: 401 before the upgrade")
    void refuses() throws Exception {
        String ann = token("program", "ann");
        JWTClaimsSet claims = SignedJWT.parse(ann).getJWTClaimsSet();
        JWSHeader header = SignedJWT.parse(ann).getHeader();
        assertThat(status(ann)).isEqualTo(101);
        assertThat(status(token("elsewhere", "ann"))).isEqualTo(401);
        assertThat(status(new PlainJWT(claims).serialize())).isEqualTo(401);

        SignedJWT forged = new SignedJWT(header, claims);
        forged.sign(new RSASSASigner(
                new RSAKeyGenerator(2048).keyID(header.getKeyID()).generate()));
        assertThat(status(forged.serialize())).isEqualTo(401);

        JWKSet keys = JWKSet.load(URI.create(keycloak.keys()).toURL());
        SignedJWT mac = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .keyID(header.getKeyID())
                        .build(),
                claims);
        mac.sign(new MACSigner(keys.getKeyByKeyId(header.getKeyID())
                .toRSAKey()
                .toRSAPublicKey()
                .getEncoded()));
        assertThat(status(mac.serialize())).isEqualTo(401);

        SignedJWT longer = new SignedJWT(
                header,
                new JWTClaimsSet.Builder(claims)
                        .expirationTime(Date.from(Instant.now().plusSeconds(9999)))
                        .build());
        String[] parts = ann.split("\\.");
        assertThat(status(longer.getHeader().toBase64URL() + "."
                        + longer.getPayload().toBase64URL() + "." + parts[2]))
                .isEqualTo(401);
    }

    private int status(String token) {
        int status = dial(CORTEX, bearer(token));
        assertThat(dial(GATEWAY, bearer(token))).isEqualTo(status);
        return status;
    }

    @Test
    @Order(3)
    @DisplayName("D7 M17: a token that has expired is refused, and the one that a real refresh gives is good")
    void expires() throws Exception {
        JsonNode first = keycloak.login("hasty", "ann");
        String old = first.path("access_token").asText();
        assertThat(dial(CORTEX, bearer(old))).isEqualTo(101);
        await("the token has expired").atMost(20, SECONDS).until(() -> dial(CORTEX, bearer(old)) == 401);
        String fresh = keycloak.refresh("hasty", first).path("access_token").asText();
        assertThat(dial(CORTEX, bearer(fresh))).isEqualTo(101);
        assertThat(dial(GATEWAY, bearer(old))).isEqualTo(401);
    }

    @Test
    @Order(4)
    @DisplayName(
            "D7: who has no role of Synapse's may join nothing; a role that was taken away is missing in the next token")
    void followsRoles() throws Exception {
        try (Wire wire = Wire.open(server.webSocket(CORTEX), bearer(token("program", "eve")))) {
            assertThat(joinAs(wire, "guide").at("/response/reason").asText()).isEqualTo("forbidden");
        }
        JsonNode before = keycloak.login("program", "bob");
        assertThat(publish(before)).isEqualTo("ok");
        keycloak.removeRole("bob", "synapse-publisher");
        JsonNode after = keycloak.refresh("program", before);
        assertThat(publish(after)).isEqualTo("forbidden");
        assertThat(Server.get(
                                server.http("/api/queues"),
                                after.path("access_token").asText())
                        .statusCode())
                .isEqualTo(403);
    }

    private String publish(JsonNode login) throws InterruptedException {
        try (Wire wire = Wire.open(
                server.webSocket(CORTEX), bearer(login.path("access_token").asText()))) {
            assertThat(joinAs(wire, "guide").path("status").asText()).isEqualTo("ok");
            wire.send("{\"topic\":\"cortex:guide\",\"event\":\"publish\",\"payload\":{\"topic\":\"public:news\","
                    + "\"event\":\"said\",\"payload\":{}},\"ref\":\"2\"}");
            JsonNode reply = wire.next("phx_reply");
            return reply.path("status").asText().equals("ok")
                    ? "ok"
                    : reply.at("/response/reason").asText();
        }
    }

    @Test
    @Order(5)
    @DisplayName("D7: login on the page through OpenID Connect, in Chromium, with Keycloak's own page")
    void logsInOnThePage() throws Exception {
        Node.test(
                "openid.test.js", server.http("/"), Map.of("SYNAPSE_ISSUER", keycloak.issuer()), Duration.ofMinutes(2));
    }

    @Test
    @Order(6)
    @DisplayName("D7: after a rotation of the keys both tokens are good; without the old key its tokens are not")
    void followsKeys() throws Exception {
        String old = token("program", "ann");
        assertThat(dial(CORTEX, bearer(old))).isEqualTo(101);
        keycloak.rotateKeys();
        String fresh = token("program", "ann");
        assertThat(SignedJWT.parse(fresh).getHeader().getKeyID())
                .isNotEqualTo(SignedJWT.parse(old).getHeader().getKeyID());
        await("the new key is known").atMost(20, SECONDS).until(() -> dial(CORTEX, bearer(fresh)) == 101);
        assertThat(dial(CORTEX, bearer(old))).isEqualTo(101);
        keycloak.dropOldKeys();
        await("the old key is forgotten").atMost(20, SECONDS).until(() -> dial(CORTEX, bearer(old)) == 401);
        assertThat(dial(CORTEX, bearer(fresh))).isEqualTo(101);
    }
}
