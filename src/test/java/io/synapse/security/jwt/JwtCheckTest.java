package io.synapse.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.synapse.config.ClaimsConfig;
import io.synapse.config.JwtConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtCheckTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final ClaimsConfig CLAIMS =
            new ClaimsConfig("sub", "groups", Optional.empty(), Optional.empty(), Optional.empty(), Set.of());
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Counters counters = new Counters();
    private Issuer issuer;

    @BeforeEach
    void start() throws Exception {
        issuer = new Issuer(Issuer.RSA.toPublicJWK(), Issuer.EC.toPublicJWK());
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    private JwtConfig config(Set<String> algorithms, Optional<Duration> maxAge, Duration keysMaxAge, Duration min) {
        return new JwtConfig(
                Optional.empty(),
                Optional.of(issuer.url().toString()),
                algorithms,
                "https://issuer",
                Set.of("synapse", "other"),
                Duration.ofSeconds(30),
                maxAge,
                keysMaxAge,
                min);
    }

    private JwtCheck check(JwtConfig config, ClaimsConfig claims) {
        return new JwtCheck(config, claims, Clock.fixed(NOW, ZoneOffset.UTC), counters);
    }

    private JwtCheck check() {
        return check(config(Set.of("RS256"), Optional.empty(), LONG, Duration.ofSeconds(30)), CLAIMS);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://issuer")
                .audience("synapse")
                .subject("ann")
                .issueTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(60)))
                .claim("groups", List.of("synapse-user", "staff"));
    }

    private static String rsa(JWTClaimsSet.Builder claims) {
        return Issuer.sign(Issuer.RSA, JWSAlgorithm.RS256, claims.build());
    }

    @Test
    @DisplayName("D7 M17: a token of the issuer says who it is, with its roles and its end")
    void knowsWhoItIs() {
        Identity ann = check().identify(rsa(claims())).orElseThrow();
        assertThat(ann)
                .isEqualTo(new Identity(
                        "jwt:ann",
                        "",
                        Set.of(),
                        Set.of(),
                        Set.of(Role.USER),
                        new Credential(Credential.Kind.JWT, "", Optional.of(NOW.plusSeconds(60)))));
        assertThat(ann.mayJoin("guide")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS256", "RS512", "PS256", "PS384", "ES256"})
    @DisplayName("D7: what it is signed with must be among what is configured")
    void takesConfiguredAlgorithms(String name) {
        JWSAlgorithm algorithm = JWSAlgorithm.parse(name);
        String token = Issuer.sign(name.startsWith("ES") ? Issuer.EC : Issuer.RSA, algorithm, claims().build());
        JwtConfig all = config(Set.of(name), Optional.empty(), LONG, Duration.ofSeconds(30));
        assertThat(check(all, CLAIMS).identify(token)).isPresent();
        assertThat(check().identify(token).isPresent()).isEqualTo(name.equals("RS256"));
    }

    @Test
    @DisplayName("D7: no signature, and a MAC under the public key, are nobody's")
    void refusesWhatAnybodyCouldMake() throws JOSEException {
        JWTClaimsSet claims = claims().build();
        assertThat(check().identify(new PlainJWT(claims).serialize())).isEmpty();
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(Issuer.RSA.toRSAPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        for (byte[] secret : List.of(
                pem.getBytes(StandardCharsets.US_ASCII),
                Issuer.RSA.toRSAPublicKey().getEncoded(),
                Issuer.RSA.toPublicJWK().toJSONString().getBytes(StandardCharsets.US_ASCII))) {
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("one").build(), claims);
            token.sign(new MACSigner(secret));
            assertThat(check().identify(token.serialize())).isEmpty();
        }
        assertThatThrownBy(() ->
                        check(config(Set.of("RS256", "HS256"), Optional.empty(), LONG, Duration.ofSeconds(30)), CLAIMS))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(issuer.requests()).isZero();
    }

    @Test
    @DisplayName("D7: a wrong signature, a changed token, a critical header and another type are refused")
    void refusesWhatWasTamperedWith() throws JOSEException {
        String good = rsa(claims());
        String[] parts = good.split("\\.");
        String admin = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace("synapse-user", "synapse-admin");
        String changed = Base64.getUrlEncoder().withoutPadding().encodeToString(admin.getBytes(StandardCharsets.UTF_8));
        assertThat(check().identify(parts[0] + "." + changed + "." + parts[2])).isEmpty();
        assertThat(check().identify(Issuer.sign(Issuer.OTHER_RSA, JWSAlgorithm.RS256, claims().build())))
                .isEmpty();
        for (JWSHeader header : List.of(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("one")
                        .criticalParams(Set.of("x"))
                        .customParam("x", 1)
                        .build(),
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("one")
                        .type(new com.nimbusds.jose.JOSEObjectType("dpop+jwt"))
                        .build())) {
            SignedJWT token = new SignedJWT(header, claims().build());
            token.sign(new RSASSASigner(Issuer.RSA));
            assertThat(check().identify(token.serialize())).isEmpty();
        }
        for (String nonsense : List.of("", ".", "..", "a.b.c", "test_key", good + "x", good.substring(1), "é.é.é")) {
            assertThat(check().identify(nonsense)).isEmpty();
        }
        assertThat(check().identify(good)).isPresent();
    }

    @Test
    @DisplayName("D7: another issuer, another audience and a missing exp are refused before any key is fetched")
    void refusesWhatIsNotForUs() {
        JwtCheck check = check();
        for (JWTClaimsSet.Builder wrong : List.of(
                claims().issuer("https://other"),
                claims().issuer(null),
                claims().audience("somebody"),
                claims().audience(List.of()),
                claims().expirationTime(null),
                claims().expirationTime(Date.from(NOW.minusSeconds(31))))) {
            assertThat(check.identify(rsa(wrong))).isEmpty();
        }
        assertThat(issuer.requests()).isZero();
        assertThat(check.identify(rsa(claims().audience(List.of("x", "other")))))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({"exp,-29,true", "exp,-30,false", "nbf,30,true", "nbf,31,false", "iat,30,true", "iat,31,false"})
    @DisplayName("D7: the clocks may differ by the configured time, to the second")
    void allowsForTheClocks(String claim, int seconds, boolean good) {
        JWTClaimsSet.Builder claims = claims().claim(claim, NOW.getEpochSecond() + seconds);
        assertThat(check().identify(rsa(claims)).isPresent()).isEqualTo(good);
    }

    @ParameterizedTest
    @CsvSource({"-129,true", "-130,false"})
    @DisplayName("D7: a token that is too old is refused whatever its exp, and ends when it will be")
    void ends(int issued, boolean good) {
        JwtConfig young = config(Set.of("RS256"), Optional.of(Duration.ofSeconds(100)), LONG, Duration.ofSeconds(30));
        Instant at = NOW.plusSeconds(issued);
        Optional<Identity> identity = check(young, CLAIMS)
                .identify(rsa(claims().issueTime(Date.from(at)).expirationTime(Date.from(NOW.plusSeconds(9999)))));
        assertThat(identity.isPresent()).isEqualTo(good);
        identity.ifPresent(known -> assertThat(known.credential().expiresAt()).contains(at.plusSeconds(100)));
        assertThat(check(young, CLAIMS).identify(rsa(claims().issueTime(null)))).isEmpty();
    }

    @Test
    @DisplayName("D7: a new key is fetched when a token names it, the old one is good while the issuer shows it")
    void followsARotation() {
        JwtCheck check = check(config(Set.of("RS256"), Optional.empty(), LONG, Duration.ofMillis(100)), CLAIMS);
        String old = rsa(claims());
        String fresh = Issuer.sign(Issuer.OTHER_RSA, JWSAlgorithm.RS256, claims().build());
        assertThat(check.identify(old)).isPresent();
        issuer.serve(Issuer.OTHER_RSA.toPublicJWK(), Issuer.RSA.toPublicJWK());
        assertThat(check.identify(fresh)).isPresent();
        assertThat(check.identify(old)).isPresent();
        assertThat(issuer.requests()).isEqualTo(2);
    }

    @Test
    @DisplayName("D7: tokens that name unknown keys make the node ask twice in an interval, whatever their number")
    void doesNotFetchForEverybody() {
        JwtCheck check = check();
        assertThat(check.identify(rsa(claims()))).isPresent();
        for (int i = 0; i < 1000; i++) {
            assertThat(check.identify(Issuer.sign(
                            Issuer.OTHER_RSA,
                            JWSAlgorithm.RS256,
                            claims().jwtID("" + i).build())))
                    .isEmpty();
        }
        assertThat(issuer.requests()).isLessThanOrEqualTo(2);
        assertThat(check.identify(rsa(claims()))).isPresent();
    }

    @Test
    @DisplayName(
            "D7: an issuer that is away leaves its known keys good, and nobody waits long for one that never answered")
    void outlastsTheIssuer() {
        JwtCheck check =
                check(config(Set.of("RS256"), Optional.empty(), Duration.ofMillis(20), Duration.ofMillis(5)), CLAIMS);
        String token = rsa(claims());
        assertThat(check.identify(token)).isPresent();
        issuer.answer(exchange -> Issuer.send(exchange, 503, ""));
        int before = issuer.requests();
        while (issuer.requests() < before + 3) {
            assertThat(check.identify(token)).isPresent();
        }
        JwtCheck late = check();
        assertThat(late.identify(token)).isEmpty();
        assertThat(counters.get(Counter.ISSUER_KEYS_UNAVAILABLE)).isEqualTo(1);
    }

    @Test
    @DisplayName("D7: of keys without end only so much is read")
    void readsOnlySoMuch() {
        issuer.answer(exchange -> Issuer.send(exchange, 200, "{\"keys\":[" + " ".repeat(1 << 20) + "]}"));
        assertThat(check().identify(rsa(claims()))).isEmpty();
        assertThat(counters.get(Counter.ISSUER_KEYS_UNAVAILABLE)).isEqualTo(1);
    }

    @Test
    @DisplayName("D7: fixed keys as PEM and JWK")
    void takesFixedKeys() throws Exception {
        String pem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(Issuer.RSA.toRSAPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        String ecPem = "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(Issuer.EC.toECPublicKey().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
        String jwk = Issuer.RSA.toPublicJWK().toJSONString();
        String encoded = Base64.getUrlEncoder().encodeToString(jwk.getBytes(StandardCharsets.UTF_8));
        for (String key : List.of(pem, jwk, "{\"keys\":[" + jwk + "]}", encoded)) {
            assertThat(fixed(key).identify(rsa(claims()))).isPresent();
        }
        assertThat(fixed(ecPem).identify(Issuer.sign(Issuer.EC, JWSAlgorithm.ES256, claims().build())))
                .isPresent();
        assertThat(fixed(pem).identify(Issuer.sign(Issuer.OTHER_RSA, JWSAlgorithm.RS256, claims().build())))
                .isEmpty();
        assertThatThrownBy(() -> fixed("nonsense")).hasMessageContaining("mp.jwt.verify.publickey");
    }

    private JwtCheck fixed(String key) {
        return check(
                new JwtConfig(
                        Optional.of(key),
                        Optional.empty(),
                        Set.of("RS256", "ES256"),
                        "https://issuer",
                        Set.of("synapse"),
                        Duration.ofSeconds(30),
                        Optional.empty(),
                        LONG,
                        Duration.ofSeconds(30)),
                CLAIMS);
    }

    private Optional<Identity> read(ClaimsConfig config, JWTClaimsSet.Builder claims) {
        return check(config(Set.of("RS256"), Optional.empty(), LONG, Duration.ofSeconds(30)), config)
                .identify(rsa(claims));
    }

    @Test
    @DisplayName("D7: roles stand where the configuration says; who has none may join nothing")
    void readsRoles() {
        ClaimsConfig nested = new ClaimsConfig(
                "preferred.name",
                "realm_access.roles",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Set.of("synapse-publisher"));
        JWTClaimsSet.Builder claims = claims().claim("preferred", Map.of("name", "Ann"));
        assertThat(read(nested, claims).orElseThrow().roles()).containsExactly(Role.PUBLISHER);
        Identity admin = read(nested, claims.claim("realm_access", Map.of("roles", List.of("synapse-admin", 7))))
                .orElseThrow();
        assertThat(admin.subject()).isEqualTo("jwt:Ann");
        assertThat(admin.roles()).containsExactly(Role.ADMIN);
        assertThat(read(nested, claims.claim("realm_access.roles", "synapse-user synapse-agent"))
                        .orElseThrow()
                        .roles())
                .containsExactlyInAnyOrder(Role.USER, Role.AGENT);

        Identity nobody = read(CLAIMS, claims().claim("groups", null)).orElseThrow();
        assertThat(nobody.roles()).isEmpty();
        assertThat(nobody.mayJoin("guide")).isFalse();
    }

    @Test
    @DisplayName("D7: the tenant is part of the subject, and a token without one is refused where there are tenants")
    void readsTenants() {
        ClaimsConfig config = new ClaimsConfig(
                "sub", "groups", Optional.of("org.name"), Optional.empty(), Optional.empty(), Set.of());
        Identity ann =
                read(config, claims().claim("org", Map.of("name", "acme"))).orElseThrow();
        assertThat(ann.subject()).isEqualTo("acme:jwt:ann");
        assertThat(ann.tenant()).isEqualTo("acme");
        for (Object tenant : new Object[] {null, "", "a:b", "a b", 7, List.of("acme"), "x".repeat(65)}) {
            assertThat(read(config, claims().claim("org.name", tenant))).isEmpty();
        }
    }

    @Test
    @DisplayName("D7: a limit to agents that is missing or empty is none that lets in")
    void readsLimits() {
        ClaimsConfig config = new ClaimsConfig(
                "sub", "groups", Optional.empty(), Optional.of("agents"), Optional.of("topics"), Set.of());
        JWTClaimsSet.Builder both = claims().claim("agents", List.of("a", "b")).claim("topics", "news:** *");
        Identity ann = read(config, both).orElseThrow();
        assertThat(ann.agents()).containsExactlyInAnyOrder("a", "b");
        assertThat(ann.topics()).isEmpty();
        for (Object agents : new Object[] {null, List.of(), "", List.of(7), Map.of()}) {
            assertThat(read(config, claims().claim("agents", agents).claim("topics", "*")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a\nb"})
    @DisplayName("D7: a subject that is none is refused")
    void refusesOddSubjects(String subject) {
        assertThat(check().identify(rsa(claims().subject(subject)))).isEmpty();
        assertThat(check().identify(rsa(claims().subject("x".repeat(129))))).isEmpty();
        assertThat(check().identify(rsa(claims().subject(null)))).isEmpty();
    }
}
