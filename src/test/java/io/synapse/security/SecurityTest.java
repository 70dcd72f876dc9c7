package io.synapse.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.synapse.config.ApiKeyConfig;
import io.synapse.config.Mode;
import io.synapse.security.Verdict.Admitted;
import io.synapse.security.Verdict.Refused;
import io.synapse.testing.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final Identity BOB = new Identity("bob", Set.of("a", "b"));

    private static HandshakeTokens tokens(Instant now) {
        return new HandshakeTokens(SECRET, MAX_AGE, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static String signed(JWTClaimsSet.Builder claims, JWSAlgorithm algorithm, String secret) throws Exception {
        SignedJWT token = new SignedJWT(new JWSHeader(algorithm), claims.build());
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder().subject("bob").issueTime(Date.from(NOW));
    }

    @Test
    @DisplayName("M2: an API key is known by its hash, with its agents; no other is")
    void apiKeys() throws Exception {
        ApiKeys keys = new ApiKeys(
                List.of(
                        new ApiKeyConfig("bob", Keys.sha256("k1"), Set.of("a"), Set.of(), ""),
                        new ApiKeyConfig("eve", Keys.sha256("k2"), Set.of(), Set.of(), "")),
                false);
        assertThat(keys.identify("k1")).contains(new Identity("bob", Set.of("a")));
        assertThat(keys.identify("k2")).contains(new Identity("eve", Set.of()));
        assertThat(keys.identify("k1 ")).isEmpty();
        assertThat(keys.identify("")).isEmpty();
        assertThat(keys.identify(Keys.sha256("k1"))).isEmpty();
        assertThat(keys.identify(ApiKeys.DEVELOPMENT_KEY)).isEmpty();
        assertThat(keys.isEmpty()).isFalse();
        assertThat(new ApiKeys(List.of(), false).isEmpty()).isTrue();
        assertThat(new ApiKeys(List.of(), true).identify(ApiKeys.DEVELOPMENT_KEY))
                .isPresent();
        assertThat(new Identity("bob", Set.of("a")).mayJoin("b")).isFalse();
        assertThat(new Identity("eve", Set.of()).mayJoin("b")).isTrue();
    }

    @Test
    @DisplayName("M2: a token that was issued is good until its end and not after")
    void tokensEnd() {
        HandshakeTokens.Issued issued = tokens(NOW).issue(BOB, Duration.ofMinutes(5));
        assertThat(issued.expiresAt()).isEqualTo(NOW.plusSeconds(300));
        assertThat(issued.toString()).doesNotContain(issued.token());
        Credential shown = new Credential(Credential.Kind.TOKEN, "bob", Optional.of(NOW.plusSeconds(300)));
        assertThat(tokens(NOW).identify(issued.token())).contains(BOB.with(shown));
        assertThat(tokens(NOW.plusSeconds(299)).identify(issued.token())).contains(BOB.with(shown));
        assertThat(tokens(NOW.plusSeconds(300)).identify(issued.token())).isEmpty();
        assertThat(tokens(NOW).issue(BOB, Duration.ofDays(9)).expiresAt()).isEqualTo(NOW.plus(MAX_AGE));
        HandshakeTokens.Issued forAll = tokens(NOW).issue(new Identity("eve", Set.of()), MAX_AGE);
        Identity all = tokens(NOW).identify(forAll.token()).orElseThrow();
        assertThat(all.isSameAs(new Identity("eve", Set.of()))).isTrue();
        assertThat(all.agents()).isEmpty();
        Identity whole =
                new Identity("ann", "acme", Set.of("a"), Set.of("news:*"), Set.of(Role.AGENT), Credential.ofKey("k-7"));
        Identity read =
                tokens(NOW).identify(tokens(NOW).issue(whole, MAX_AGE).token()).orElseThrow();
        assertThat(read.credential().source()).isEqualTo("k-7");
        assertThat(read.with(whole.credential())).isEqualTo(whole);
    }

    @Test
    @DisplayName("M17: keys and tokens are told apart, so that no token can be had for a token")
    void toldApart() throws Exception {
        ApiKeys keys =
                new ApiKeys(List.of(new ApiKeyConfig("bob", Keys.sha256("k1"), Set.of("a", "b"), Set.of(), "")), false);
        Authenticator authenticator = new Authenticator(List.of(keys, tokens(NOW)));
        String token = tokens(NOW).issue(BOB, MAX_AGE).token();
        Credential shown = new Credential(Credential.Kind.TOKEN, "bob", Optional.of(NOW.plus(MAX_AGE)));
        assertThat(authenticator.identify(token)).contains(BOB.with(shown));
        assertThat(authenticator.identify("k1")).contains(BOB);
        assertThat(authenticator.identify("k2")).isEmpty();
    }

    @Test
    @DisplayName("M2: a token's age is bounded whatever it says, and clocks may differ by 30 s")
    void agesAndClocks() throws Exception {
        String noEnd = signed(claims(), JWSAlgorithm.HS256, SECRET);
        assertThat(tokens(NOW.plus(MAX_AGE)).identify(noEnd)).isPresent();
        assertThat(tokens(NOW.plus(MAX_AGE).plusSeconds(1)).identify(noEnd)).isEmpty();
        assertThat(tokens(NOW.minusSeconds(30)).identify(noEnd)).isPresent();
        assertThat(tokens(NOW.minusSeconds(31)).identify(noEnd)).isEmpty();
        String later = signed(claims().notBeforeTime(Date.from(NOW.plusSeconds(60))), JWSAlgorithm.HS256, SECRET);
        assertThat(tokens(NOW.plusSeconds(29)).identify(later)).isEmpty();
        assertThat(tokens(NOW.plusSeconds(30)).identify(later)).isPresent();
    }

    @Test
    @DisplayName("M2: tokens of another secret or algorithm, changed or incomplete ones are refused")
    void foreignTokens() throws Exception {
        HandshakeTokens tokens = tokens(NOW);
        String good = signed(claims(), JWSAlgorithm.HS256, SECRET);
        String[] parts = good.split("\\.");
        String other = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        ("{\"sub\":\"root\",\"iat\":" + NOW.getEpochSecond() + "}").getBytes(StandardCharsets.UTF_8));
        String none = new PlainJWT(claims().build()).serialize();
        String noneHeader = none.substring(0, none.indexOf('.'));
        assertThat(tokens.identify(good)).isPresent();
        assertThat(List.of(
                        signed(claims(), JWSAlgorithm.HS256, "x" + SECRET),
                        signed(claims(), JWSAlgorithm.HS512, SECRET + SECRET),
                        none,
                        noneHeader + "." + parts[1] + "." + parts[2],
                        parts[0] + "." + other + "." + parts[2],
                        parts[0] + "." + parts[1] + ".",
                        parts[0] + "." + parts[1],
                        "",
                        ".",
                        "..",
                        "a.b.c",
                        "\u0000",
                        signed(new JWTClaimsSet.Builder().subject("bob"), JWSAlgorithm.HS256, SECRET),
                        signed(new JWTClaimsSet.Builder().issueTime(Date.from(NOW)), JWSAlgorithm.HS256, SECRET),
                        signed(claims().subject(" "), JWSAlgorithm.HS256, SECRET),
                        signed(claims().subject("s".repeat(129)), JWSAlgorithm.HS256, SECRET),
                        signed(claims().claim("agents", 7), JWSAlgorithm.HS256, SECRET),
                        signed(claims().claim("agents", List.of(7)), JWSAlgorithm.HS256, SECRET)))
                .allSatisfy(
                        token -> assertThat(tokens.identify(token)).as(token).isEmpty());
    }

    @ParameterizedTest
    @DisplayName("M2: development mode lets in this machine only, called by its own name")
    @CsvSource({
        "127.0.0.1, localhost:8080, false, true",
        "127.9.9.9, LOCALHOST, false, true",
        "127.0.0.1, 127.0.0.1:8080, false, true",
        "::1, [::1]:8080, false, true",
        "0:0:0:0:0:0:0:1, [::1], false, true",
        "::ffff:127.0.0.1, localhost, false, true",
        "127.0.0.1, , false, true",
        "127.0.0.1, localhost, true, false",
        "192.168.1.5, localhost, false, false",
        "fe80::1%eth0, localhost, false, false",
        "127.0.0.1, evil.example, false, false",
        "127.0.0.1, evil.example:8080, false, false",
        "127.0.0.1, localhost.evil.example, false, false",
        "127.0.0.1, 127.0.0.1.evil.example, false, false",
        "127.0.0.1, 192.168.1.5, false, false",
        "127.0.0.1, '', false, false",
        "'', localhost, false, false",
        "localhost, localhost, false, false"
    })
    void developmentMode(String address, String host, boolean forwarded, boolean admitted) {
        AccessPolicy policy = new AccessPolicy(Mode.DEVELOPMENT, List.of());
        assertThat(policy.refusal(address, Optional.ofNullable(host), Optional.empty(), forwarded)
                        .isEmpty())
                .isEqualTo(admitted);
        AccessPolicy production = new AccessPolicy(Mode.PRODUCTION, List.of());
        assertThat(production.refusal(address, Optional.ofNullable(host), Optional.empty(), forwarded))
                .isEmpty();
    }

    @ParameterizedTest
    @DisplayName("M2: a page of the same host, of an allowed origin or of no browser is let in, no other")
    @CsvSource({
        "https://x.example, x.example, true",
        "https://x.example:443, x.example, true",
        "http://x.example, x.example:80, true",
        "HTTP://X.EXAMPLE:8080, x.example:8080, true",
        "http://[::1]:8080, [::1]:8080, true",
        "http://[::1], [::1], true",
        "https://APP.example, x.example, true",
        "http://x.example, x.example:8080, false",
        "http://app.example, x.example, false",
        "https://evil.example, x.example, false",
        "https://x.example.evil.example, x.example, false",
        "null, x.example, false",
        "'', x.example, false",
        "'http://a b', x.example, false",
        "https://x.example, , false",
        ", x.example, true"
    })
    void origins(String origin, String host, boolean admitted) {
        AccessPolicy policy = new AccessPolicy(Mode.PRODUCTION, List.of("https://App.example"));
        assertThat(policy.refusal("10.0.0.1", Optional.ofNullable(host), Optional.ofNullable(origin), false)
                        .isEmpty())
                .isEqualTo(admitted);
    }

    private static Verdict decide(
            String method, boolean upgrade, List<String> offered, Map<String, String> parameters) {
        return decide(method, upgrade, offered, parameters, true, 0);
    }

    private static Verdict decide(
            String method,
            boolean upgrade,
            List<String> offered,
            Map<String, String> parameters,
            boolean ready,
            int open) {
        HandshakePolicy policy = new HandshakePolicy(
                new Admission(new AccessPolicy(Mode.DEVELOPMENT, List.of()), () -> ready, () -> open, 2),
                Checks.of(new Authenticator(List.of(new ApiKeys(List.of(), true), tokens(NOW)))));
        return policy.decide(new Handshake(
                method,
                upgrade,
                "127.0.0.1",
                Optional.of("localhost"),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                offered,
                parameters));
    }

    @ParameterizedTest
    @DisplayName("M1: vsn absent means 1.0.0; any patch of 1.0 and 2.0 is taken, all else is 403")
    @CsvSource({
        ", 1",
        "1.0.0, 1",
        "1.0.5, 1",
        "2.0.0, 2",
        "2.0.1, 2",
        "2.1.0, 0",
        "3.0.0, 0",
        "abc, 0",
        "'', 0",
        "2.0, 0",
        "2.0.0.0, 0",
        "undefined, 0",
        "2.0.x, 0"
    })
    void versions(String vsn, int expected) {
        Verdict verdict = decide("GET", true, List.of(), vsn == null ? Map.of() : Map.of("vsn", vsn));
        if (expected == 0) {
            assertThat(verdict)
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused -> assertThat(refused.status()).isEqualTo(403));
        } else {
            assertThat(verdict).isEqualTo(new Admitted(Optional.empty(), expected, Optional.empty()));
        }
    }

    private static String entry(String token) {
        return "base64url.bearer.phx." + token;
    }

    @Test
    @DisplayName("M1: sub-protocols are answered as Phoenix does, and their token counts unless there are two")
    void subprotocols() {
        String key = entry("dGVzdF9rZXk");
        Optional<String> phoenix = Optional.of("phoenix");
        Identity development =
                new Identity("development", Set.of(), Set.of(Role.values())).with(Credential.DEVELOPMENT);
        assertThat(decide("GET", true, List.of("phoenix"), Map.of()))
                .isEqualTo(new Admitted(Optional.empty(), 1, phoenix));
        assertThat(decide("GET", true, List.of("phoenix", key), Map.of()))
                .isEqualTo(new Admitted(Optional.of(development), 1, phoenix));
        assertThat(decide("GET", true, List.of("phoenix", key + "="), Map.of()))
                .isEqualTo(new Admitted(Optional.of(development), 1, phoenix));
        assertThat(decide("GET", true, List.of(key), Map.of()))
                .isEqualTo(new Admitted(Optional.of(development), 1, Optional.empty()));
        assertThat(decide("GET", true, List.of("phoenix", key, key), Map.of()))
                .isEqualTo(new Admitted(Optional.empty(), 1, phoenix));
        assertThat(status(decide("GET", true, List.of("phoenix", entry("!!!")), Map.of())))
                .isEqualTo(401);
        assertThat(status(decide("GET", true, List.of("phoenix", entry("")), Map.of())))
                .isEqualTo(401);
        assertThat(status(decide("GET", true, List.of("mqtt"), Map.of()))).isEqualTo(403);
        String jwt = tokens(NOW).issue(BOB, MAX_AGE).token();
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            String offered = entry(encoder.encodeToString(jwt.getBytes(StandardCharsets.UTF_8)));
            assertThat(decide("GET", true, List.of("phoenix", offered), Map.of("vsn", "2.0.0")))
                    .isEqualTo(new Admitted(tokens(NOW).identify(jwt), 2, phoenix));
        }
    }

    private static int status(Verdict verdict) {
        return ((Refused) verdict).status();
    }

    @ParameterizedTest
    @DisplayName("M1: a token parameter without a value is none")
    @ValueSource(strings = {"", "undefined"})
    void tokenParametersWithoutValue(String token) {
        assertThat(decide("GET", true, List.of(), Map.of("token", token)))
                .isEqualTo(new Admitted(Optional.empty(), 1, Optional.empty()));
    }

    @Test
    @DisplayName("M1: refused before the upgrade: method, no upgrade, wrong token, not ready, full")
    void refusals() {
        assertThat(status(decide("POST", true, List.of(), Map.of()))).isEqualTo(400);
        assertThat(status(decide("GET", false, List.of(), Map.of()))).isEqualTo(400);
        assertThat(status(decide("GET", true, List.of(), Map.of("token", "wrong"))))
                .isEqualTo(401);
        assertThat(decide("GET", true, List.of(), Map.of("token", "test_key"))).isInstanceOf(Admitted.class);
        for (Verdict full : List.of(
                decide("GET", true, List.of(), Map.of(), false, 0),
                decide("GET", true, List.of(), Map.of(), true, 2))) {
            assertThat(status(full)).isEqualTo(503);
            assertThat(((Refused) full).retryAfterSeconds()).hasValue(5);
        }
        assertThat(decide("GET", true, List.of(), Map.of(), true, 1)).isInstanceOf(Admitted.class);
    }
}
