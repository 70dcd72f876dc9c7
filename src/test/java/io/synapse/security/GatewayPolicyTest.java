package io.synapse.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.ApiKeyConfig;
import io.synapse.config.Mode;
import io.synapse.security.Verdict.Admitted;
import io.synapse.security.Verdict.Refused;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GatewayPolicyTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Identity BOB = new Identity("bob", Set.of());

    private final HandshakeTokens tokens = new HandshakeTokens("0123456789abcdef0123456789abcdef", HOUR, CLOCK);
    private Mode mode = Mode.PRODUCTION;
    private boolean ready = true;
    private int open;
    private String method = "GET";
    private boolean upgrade = true;
    private Optional<String> origin = Optional.empty();
    private Optional<String> authorization = Optional.empty();
    private List<String> offered = List.of();
    private Map<String, String> parameters = Map.of();

    private static ApiKeyConfig key(String name, String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return new ApiKeyConfig(name, HexFormat.of().formatHex(hash), Set.of(), Set.of(), "");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private Verdict decide() {
        Admission admission = new Admission(new AccessPolicy(mode, List.of()), () -> ready, () -> open, 2);
        ApiKeys keys =
                mode == Mode.DEVELOPMENT ? new ApiKeys(List.of(), true) : new ApiKeys(List.of(key("bob", "k1")), false);
        return new GatewayPolicy(admission, Checks.of(new Authenticator(List.of(keys, tokens))), mode)
                .decide(new Handshake(
                        method,
                        upgrade,
                        "127.0.0.1",
                        Optional.of("localhost"),
                        origin,
                        false,
                        authorization,
                        Optional.empty(),
                        offered,
                        parameters));
    }

    private int status() {
        return ((Refused) decide()).status();
    }

    private Identity admitted() {
        return ((Admitted) decide()).identity().orElseThrow();
    }

    @Test
    @DisplayName("M2: production lets nobody in without a good credential")
    void production() {
        assertThat(status()).isEqualTo(401);
        parameters = Map.of("token", "");
        assertThat(status()).isEqualTo(401);
        parameters = Map.of("token", "undefined");
        assertThat(status()).isEqualTo(401);
        parameters = Map.of("token", "wrong");
        assertThat(status()).isEqualTo(401);
        parameters = Map.of("token", "test_key");
        assertThat(status()).isEqualTo(401);
        parameters = Map.of("token", "k1");
        assertThat(admitted()).isEqualTo(BOB);
        parameters = Map.of("token", tokens.issue(BOB, HOUR).token());
        assertThat(admitted().isSameAs(BOB)).isTrue();
    }

    @Test
    @DisplayName("M2: the header comes before the parameter, and other schemes are none")
    void bearer() {
        authorization = Optional.of("Bearer k1");
        assertThat(admitted()).isEqualTo(BOB);
        authorization = Optional.of("bearer  k1 ");
        assertThat(admitted()).isEqualTo(BOB);
        authorization = Optional.of("Bearer wrong");
        parameters = Map.of("token", "k1");
        assertThat(status()).isEqualTo(401);
        authorization = Optional.of("Bearer ");
        assertThat(status()).isEqualTo(401);
        authorization = Optional.of("Basic azE6");
        assertThat(admitted()).isEqualTo(BOB);
        parameters = Map.of();
        assertThat(status()).isEqualTo(401);
    }

    @Test
    @DisplayName(
            "M2: development mode takes whoever shows nothing for a developer, and whoever shows a wrong key for nobody")
    void development() {
        mode = Mode.DEVELOPMENT;
        assertThat(admitted().roles()).containsExactlyInAnyOrder(Role.values());
        parameters = Map.of("token", "test_key");
        assertThat(admitted().roles()).containsExactlyInAnyOrder(Role.values());
        parameters = Map.of("token", "wrong");
        assertThat(status()).isEqualTo(401);
    }

    @Test
    @DisplayName(
            "K9: the sub-protocol chooses the format; none means JSON; an unknown one is refused unless a known one is there")
    void subprotocols() {
        parameters = Map.of("token", "k1");
        assertThat(((Admitted) decide()).subprotocol()).isEmpty();
        offered = List.of("synapse.v1.json");
        assertThat(((Admitted) decide()).subprotocol()).contains("synapse.v1.json");
        offered = List.of("synapse.v2.json", "synapse.v1.cbor", "synapse.v1.json");
        assertThat(((Admitted) decide()).subprotocol()).contains("synapse.v1.cbor");
        offered = List.of("phoenix");
        assertThat(status()).isEqualTo(403);
        assertThat(((Refused) decide()).reason()).contains("synapse.v1.json", "synapse.v1.cbor");
    }

    @Test
    @DisplayName("K7: a wrong method, a page from elsewhere, no upgrade, a node that is not ready or full: refused")
    void refusals() {
        parameters = Map.of("token", "k1");
        method = "POST";
        assertThat(status()).isEqualTo(400);
        method = "GET";
        origin = Optional.of("https://evil.example");
        assertThat(status()).isEqualTo(403);
        origin = Optional.empty();
        upgrade = false;
        assertThat(status()).isEqualTo(400);
        upgrade = true;
        ready = false;
        assertThat(status()).isEqualTo(503);
        assertThat(((Refused) decide()).retryAfterSeconds()).hasValue(5);
        ready = true;
        open = 2;
        assertThat(status()).isEqualTo(503);
        open = 1;
        assertThat(decide()).isInstanceOf(Admitted.class);
    }

    @Test
    @DisplayName("M2: who shows no good credential does not learn whether there is room")
    void strangersLearnNothing() {
        ready = false;
        assertThat(status()).isEqualTo(401);
    }
}
