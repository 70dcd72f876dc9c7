package io.synapse.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpExchange;
import io.synapse.config.ClaimsConfig;
import io.synapse.config.OidcConfig;
import io.synapse.platform.Counters;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.Secrets;
import io.synapse.security.jwt.OidcLogin.Begun;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a provider may get wrong; that the real one gets it right is seen with Keycloak. */
class OidcLoginTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final URI CALLBACK = URI.create("https://synapse.example.com/login/oidc/callback");

    private Issuer issuer;
    private String base;
    private OidcLogin login;
    private Map<String, String> query;
    private Begun begun;
    private volatile String tokenEndpoint;
    private volatile UnaryOperator<JWTClaimsSet.Builder> claims = builder -> builder;
    private volatile String form = "";
    private volatile String authorization = "";

    @BeforeEach
    void start() throws Exception {
        issuer = new Issuer(Issuer.RSA.toPublicJWK());
        base = issuer.url().resolve("/").toString().replaceAll("/$", "");
        tokenEndpoint = base + "/token";
        issuer.answer(this::answer);
        OidcConfig config =
                new OidcConfig(URI.create(base), "page", Optional.of("a:secret"), Set.of("openid"), CALLBACK);
        ClaimsConfig names =
                new ClaimsConfig("sub", "groups", Optional.empty(), Optional.empty(), Optional.empty(), Set.of());
        login = new OidcLogin(config, names, Clock.fixed(NOW, ZoneOffset.UTC), new Counters(), new Secrets());
    }

    private void begin() throws IOException {
        begun = login.begin();
        query = parameters(begun.location().getRawQuery());
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        switch (exchange.getRequestURI().getPath()) {
            case "/.well-known/openid-configuration" ->
                Issuer.send(
                        exchange,
                        200,
                        "{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/auth?a=b\",\"token_endpoint\":\"%s\",\"jwks_uri\":\"%s/keys\"}"
                                .formatted(base, base, tokenEndpoint, base));
            case "/keys" -> Issuer.send(exchange, 200, "{\"keys\":[" + Issuer.RSA.toPublicJWK() + "]}");
            default -> {
                form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                authorization = exchange.getRequestHeaders().getFirst("Authorization");
                JWTClaimsSet.Builder good = new JWTClaimsSet.Builder()
                        .issuer(base)
                        .audience("page")
                        .subject("ann")
                        .claim("nonce", query.get("nonce"))
                        .claim("groups", List.of("synapse-user"))
                        .issueTime(Date.from(NOW))
                        .expirationTime(Date.from(NOW.plusSeconds(60)));
                String token = Issuer.sign(
                        Issuer.RSA, JWSAlgorithm.RS256, claims.apply(good).build());
                Issuer.send(exchange, 200, "{\"id_token\":\"" + token + "\"}");
            }
        }
    }

    private static Map<String, String> parameters(String encoded) {
        return Arrays.stream(encoded.split("&"))
                .map(pair -> pair.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    }

    private Optional<Identity> finish(String... changes) throws IOException {
        Map<String, String> answer = new HashMap<>(Map.of("state", query.get("state"), "code", "the code"));
        for (int i = 0; i < changes.length; i += 2) {
            answer.put(changes[i], changes[i + 1]);
        }
        return login.finish(begun.attempt(), answer);
    }

    @Test
    @DisplayName("D7: the code is exchanged with the verifier of the challenge, and its ID token says who it is")
    void logsIn() throws Exception {
        begin();
        assertThat(begun.location().toString()).startsWith(base + "/auth?a=b&");
        assertThat(begun.toString()).doesNotContain(query.get("state"));
        Identity ann = finish("iss", base).orElseThrow();
        assertThat(ann.subject()).isEqualTo("jwt:ann");
        assertThat(ann.roles()).containsExactly(Role.USER);
        assertThat(ann.credential().expiresAt()).isEmpty();
        Map<String, String> sent = parameters(form);
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(sent.get("code_verifier").getBytes(StandardCharsets.US_ASCII));
        assertThat(Base64.getUrlEncoder().withoutPadding().encodeToString(hash)).isEqualTo(query.get("code_challenge"));
        assertThat(sent).containsEntry("code", "the code").containsEntry("redirect_uri", CALLBACK.toString());
        assertThat(new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.US_ASCII))
                .isEqualTo("page:a%3Asecret");
    }

    @Test
    @DisplayName("D7: another state, attempt or issuer is refused before anything is asked of the provider")
    void refusesWhatWasNotBegunHere() throws Exception {
        begin();
        Begun other = login.begin();
        int before = issuer.requests();
        assertThat(finish("state", "x")).isEmpty();
        assertThat(finish("state", "")).isEmpty();
        assertThat(finish("iss", "https://other")).isEmpty();
        Map<String, String> answer = Map.of("state", query.get("state"), "code", "the code");
        for (String attempt : List.of("", "a.b.c", other.attempt(), begun.attempt() + "0")) {
            assertThat(login.finish(attempt, answer)).isEmpty();
        }
        assertThat(login.finish(begun.attempt(), Map.of("state", query.get("state"), "error", "access_denied")))
                .isEmpty();
        assertThat(issuer.requests()).isEqualTo(before);
    }

    @Test
    @DisplayName("D7: an ID token with another nonce, audience, party, issuer or time is refused")
    void refusesOtherTokens() throws Exception {
        begin();
        List<UnaryOperator<JWTClaimsSet.Builder>> wrong = List.of(
                builder -> builder.claim("nonce", "x"),
                builder -> builder.claim("nonce", null),
                builder -> builder.audience("other"),
                builder -> builder.audience(List.of("page", "other")),
                builder -> builder.claim("azp", "other"),
                builder -> builder.issuer("https://other"),
                builder -> builder.expirationTime(Date.from(NOW.minusSeconds(31))));
        for (UnaryOperator<JWTClaimsSet.Builder> change : wrong) {
            claims = change;
            assertThat(finish()).isEmpty();
        }
        claims = builder -> builder.audience(List.of("page", "other")).claim("azp", "page");
        assertThat(finish()).isPresent();
    }

    @Test
    @DisplayName("D7: a provider that does not answer is not asked again at once; one of another name is not believed")
    void toleratesProviders() {
        issuer.answer(exchange -> Issuer.send(exchange, 503, ""));
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(login::begin).isInstanceOf(IOException.class);
        }
        assertThat(issuer.requests()).isEqualTo(1);
    }

    @Test
    @DisplayName("D7: codes are sent to no other scheme than the provider's, and nowhere without a host")
    void sendsCodesNowhereElse() {
        tokenEndpoint = "file:///etc/passwd";
        assertThatThrownBy(login::begin).isInstanceOf(IOException.class).hasMessageContaining("token_endpoint");
    }
}
