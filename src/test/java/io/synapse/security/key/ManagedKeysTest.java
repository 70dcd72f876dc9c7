package io.synapse.security.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.KeysConfig;
import io.synapse.security.Credential;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.Identity;
import io.synapse.security.LocalRevocations;
import io.synapse.security.Role;
import io.synapse.security.Secrets;
import io.synapse.security.key.KeyStore.Added;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.MovingClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ManagedKeysTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration HOUR = Duration.ofHours(1);

    private final MovingClock clock = new MovingClock(START);
    private final ManualTimers timers = new ManualTimers();
    private final LocalRevocations revocations = new LocalRevocations();
    private final List<String> announced = new ArrayList<>();
    private final KeyStore store = new LocalKeys(Optional.empty(), 3);
    private final Uses uses = new Uses(store, timers, Runnable::run);
    private final ManagedKeys keys = new ManagedKeys(
            new KeysConfig(Optional.empty(), 3, Duration.ofDays(1), HOUR),
            store,
            "configured"::equals,
            uses,
            new ManagedKeys.Environment(clock, timers, new Secrets(), revocations));
    private final HandshakeTokens tokens =
            new HandshakeTokens("0123456789abcdef0123456789abcdef", Duration.ofHours(24), clock);
    private final KeyTokens check = new KeyTokens(tokens, keys);

    @BeforeEach
    void listen() {
        revocations.subscribe(announced::add);
    }

    private static KeyRequest request(String name, Optional<Instant> end) {
        return new KeyRequest(name, "acme", Set.of("a"), Set.of("t:**"), Set.of(Role.PUBLISHER), end);
    }

    private ManagedKeys.Issued key(String name) {
        return keys.create(request(name, Optional.empty())).issued().orElseThrow();
    }

    private void pass(Duration time) {
        clock.advance(time);
        timers.advance(time);
    }

    @Test
    @DisplayName("M17: a key lets in as what it was made for; its secret is in nothing that is kept")
    void letsIn() {
        ManagedKeys.Issued made = key("web");
        assertThat(made.secret()).matches("syk_[0-9a-f]{16}_[0-9a-f]{64}");
        assertThat(made + " " + made.key())
                .doesNotContain(made.secret(), made.key().hash());
        Identity shown = keys.identify(made.secret()).orElseThrow();
        assertThat(shown)
                .isEqualTo(new Identity(
                        "web",
                        "acme",
                        Set.of("a"),
                        Set.of("t:**"),
                        Set.of(Role.PUBLISHER),
                        new Credential(Credential.Kind.API_KEY, made.key().id() + ".1", Optional.empty())));
        String wrong = made.secret().substring(0, made.secret().length() - 1) + "g";
        String other = made.secret().substring(0, 21) + "0".repeat(64);
        assertThat(keys.identify(wrong)).isEmpty();
        assertThat(keys.identify(other)).isEmpty();
        assertThat(keys.identify(made.key().hash())).isEmpty();
        assertThat(keys.identify("")).isEmpty();
    }

    @Test
    @DisplayName("M17: a revoked key lets nobody in, nor do its tokens, and it is announced")
    void isRevoked() {
        ManagedKeys.Issued made = key("web");
        String token =
                tokens.issue(keys.identify(made.secret()).orElseThrow(), HOUR).token();
        assertThat(check.identify(token)).isPresent();
        assertThat(keys.revoke(made.key().id()).orElseThrow().state(clock.instant()))
                .isEqualTo(ManagedKey.State.REVOKED);
        assertThat(keys.identify(made.secret())).isEmpty();
        assertThat(check.identify(token)).isEmpty();
        assertThat(announced).contains(made.key().id() + ".1");
        assertThat(keys.rotate(made.key().id(), Duration.ZERO)).isEmpty();
        assertThat(keys.revoke("k_none")).isEmpty();
        assertThat(keys.rotate("x", Duration.ZERO)).isEmpty();
    }

    @Test
    @DisplayName(
            "M17: after a rotation both secrets let in for the grace; then the old one, its tokens and connections end")
    void isRotated() {
        ManagedKeys.Issued made = key("web");
        String id = made.key().id();
        String token = tokens.issue(keys.identify(made.secret()).orElseThrow(), Duration.ofHours(24))
                .token();
        ManagedKeys.Issued next = keys.rotate(id, HOUR).orElseThrow();
        assertThat(keys.identify(next.secret()).orElseThrow().credential().source())
                .isEqualTo(id + ".2");
        Identity old = keys.identify(made.secret()).orElseThrow();
        assertThat(old.credential())
                .isEqualTo(new Credential(Credential.Kind.API_KEY, id + ".1", Optional.of(START.plus(HOUR))));
        assertThat(check.identify(token)).isPresent();
        pass(HOUR.minusMillis(1));
        assertThat(announced).isEmpty();
        assertThat(keys.identify(made.secret())).isPresent();
        pass(Duration.ofMillis(1));
        assertThat(announced).containsExactly(id + ".1");
        assertThat(keys.identify(made.secret())).isEmpty();
        assertThat(check.identify(token)).isEmpty();
        assertThat(keys.identify(next.secret())).isPresent();
    }

    @Test
    @DisplayName(
            "M17: without grace the old secret ends at once; a second rotation ends the first secret; grace is bounded")
    void isRotatedAtOnce() {
        ManagedKeys.Issued made = key("web");
        String id = made.key().id();
        ManagedKeys.Issued second = keys.rotate(id, Duration.ZERO).orElseThrow();
        assertThat(keys.identify(made.secret())).isEmpty();
        assertThat(announced).containsExactly(id + ".1");
        ManagedKeys.Issued third = keys.rotate(id, Duration.ofDays(400)).orElseThrow();
        assertThat(third.key().former().orElseThrow().until()).isEqualTo(START.plus(Duration.ofDays(1)));
        ManagedKeys.Issued fourth = keys.rotate(id, HOUR).orElseThrow();
        assertThat(keys.identify(second.secret())).isEmpty();
        assertThat(keys.identify(third.secret())).isPresent();
        assertThat(keys.identify(fourth.secret())).isPresent();
        assertThat(announced).contains(id + ".2");
    }

    @Test
    @DisplayName("M17: a key ends at its time, and no token made with it lasts longer")
    void expires() {
        Instant end = START.plusSeconds(10);
        String secret = keys.create(request("web", Optional.of(end)))
                .issued()
                .orElseThrow()
                .secret();
        Identity shown = keys.identify(secret).orElseThrow();
        assertThat(shown.credential().expiresAt()).contains(end);
        assertThat(tokens.issue(shown, HOUR).expiresAt()).isEqualTo(end);
        pass(Duration.ofSeconds(10));
        assertThat(keys.identify(secret)).isEmpty();
    }

    @Test
    @DisplayName("M17: a token made with a key that is not configured any more is refused; one made with none is not")
    void tokensNeedTheirKey() {
        Identity configured = new Identity("configured", Set.of());
        Identity gone = new Identity("gone", Set.of());
        assertThat(check.identify(tokens.issue(configured, HOUR).token())).isPresent();
        assertThat(check.identify(tokens.issue(gone, HOUR).token())).isEmpty();
        Identity free = gone.with(new Credential(Credential.Kind.TOKEN, "", Optional.empty()));
        assertThat(check.identify(tokens.issue(free, HOUR).token())).isPresent();
    }

    @Test
    @DisplayName(
            "M17: names are unique among keys that live; the number is bounded, and what was revoked first makes room")
    void isBounded() {
        ManagedKeys.Issued first = key("a");
        assertThat(keys.create(request("a", Optional.empty())).added()).isEqualTo(Added.NAME_TAKEN);
        assertThat(keys.create(request("configured", Optional.empty())).added()).isEqualTo(Added.NAME_TAKEN);
        key("b");
        key("c");
        assertThat(keys.create(request("d", Optional.empty())).added()).isEqualTo(Added.FULL);
        keys.revoke(first.key().id());
        assertThat(keys.create(request("a", Optional.empty())).added()).isEqualTo(Added.ADDED);
        assertThat(keys.find(first.key().id())).isEmpty();
        assertThat(keys.page("", 10)).hasSize(3);
        String second = keys.page("", 2).get(1).id();
        assertThat(keys.page(second, 10)).hasSize(1);
    }

    @Test
    @DisplayName("M17: the last use is kept to the minute, once a minute")
    void keepsTheLastUse() {
        ManagedKeys.Issued made = key("web");
        keys.identify(made.secret());
        pass(Duration.ofSeconds(59));
        keys.identify(made.secret());
        assertThat(keys.find(made.key().id()).orElseThrow().lastUsedAt()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(keys.find(made.key().id()).orElseThrow().lastUsedAt())
                .contains(Instant.parse("2026-01-02T03:05:00Z"));
        assertThat(keys.identify(made.secret())).isPresent();
    }
}
