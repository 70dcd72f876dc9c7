package io.synapse.security.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.LoginConfig;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.LocalRevocations;
import io.synapse.security.Role;
import io.synapse.security.Secrets;
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

class MemoryLoginsTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final MovingClock clock = new MovingClock(START);
    private final ManualTimers timers = new ManualTimers();
    private final LocalRevocations revocations = new LocalRevocations();
    private final List<String> announced = new ArrayList<>();
    private final LoginSessions logins = new MemoryLogins(
            new LoginConfig(HOUR, Duration.ofMinutes(10), 4, 2, MINUTE, 3), clock, timers, new Secrets(), revocations);

    @BeforeEach
    void listen() {
        revocations.subscribe(announced::add);
    }

    private static Identity user(String name, Optional<Instant> until) {
        return new Identity(
                "login:web:" + name,
                "acme",
                Set.of("a"),
                Set.of(),
                Set.of(Role.USER),
                new Credential(Credential.Kind.API_KEY, "web", until));
    }

    private LoginSessions.Created login(String name) {
        return logins.create(user(name, Optional.empty()), HOUR).orElseThrow();
    }

    private void pass(Duration time) {
        clock.advance(time);
        timers.advance(time);
    }

    @Test
    @DisplayName("G4: who shows the token is who it was made for, with the login as the source and its end")
    void letsIn() {
        LoginSessions.Created made = login("ann");
        assertThat(made.token()).matches("syl_[0-9a-f]{64}");
        assertThat(made.toString()).doesNotContain(made.token());
        Identity shown = logins.validate(made.token()).orElseThrow().identity();
        assertThat(shown.subject()).isEqualTo("login:web:ann");
        assertThat(shown.tenant()).isEqualTo("acme");
        assertThat(shown.credential())
                .isEqualTo(new Credential(Credential.Kind.LOGIN, made.login().id(), Optional.of(START.plus(HOUR))));
        assertThat(logins.validate(made.token() + "0")).isEmpty();
        assertThat(logins.validate(made.login().id())).isEmpty();
        assertThat(logins.validate("")).isEmpty();
    }

    @Test
    @DisplayName("G4: it ends when it is not shown for the idle time, and at its end however often it is shown")
    void ends() {
        String idle = login("ann").token();
        String busy = login("bob").token();
        for (int i = 0; i < 6; i++) {
            pass(Duration.ofMinutes(9).plusSeconds(59));
            assertThat(logins.validate(busy)).isPresent();
        }
        assertThat(logins.validate(idle)).isEmpty();
        pass(Duration.ofSeconds(5));
        assertThat(logins.validate(busy)).isPresent();
        pass(Duration.ofSeconds(1));
        assertThat(logins.validate(busy)).isEmpty();
        assertThat(announced).isEmpty();
    }

    @Test
    @DisplayName("G4: one that was revoked lets nobody in, and is announced once")
    void isRevoked() {
        LoginSessions.Created made = login("ann");
        assertThat(logins.revoke(made.login().id())).isPresent();
        assertThat(logins.revoke(made.login().id())).isEmpty();
        assertThat(logins.validate(made.token())).isEmpty();
        assertThat(logins.find(made.login().id())).isEmpty();
        assertThat(announced).containsExactly(made.login().id());
        assertThat(logins.count()).isZero();
    }

    @Test
    @DisplayName("G4: one that was shortened ends then and is announced then; it is never lengthened")
    void isShortened() {
        LoginSessions.Created made = login("ann");
        String id = made.login().id();
        assertThat(logins.expire(id, START.plus(MINUTE)).orElseThrow().expiresAt())
                .isEqualTo(START.plus(MINUTE));
        assertThat(logins.expire(id, START.plus(HOUR)).orElseThrow().expiresAt())
                .isEqualTo(START.plus(MINUTE));
        assertThat(logins.validate(made.token())
                        .orElseThrow()
                        .identity()
                        .credential()
                        .expiresAt())
                .contains(START.plus(MINUTE));
        pass(MINUTE.minusMillis(1));
        assertThat(announced).isEmpty();
        pass(Duration.ofMillis(1));
        assertThat(announced).containsExactly(id);
        assertThat(logins.validate(made.token())).isEmpty();
        LoginSessions.Created other = login("bob");
        assertThat(logins.expire(other.login().id(), clock.instant())).isPresent();
        assertThat(announced).containsExactly(id, other.login().id());
    }

    @Test
    @DisplayName("G4: what a login was made with takes it along when it is revoked, and bounds its life")
    void endsWithItsKey() {
        LoginSessions.Created made = login("ann");
        Instant soon = START.plusSeconds(5);
        assertThat(logins.create(user("bob", Optional.of(soon)), HOUR)
                        .orElseThrow()
                        .login()
                        .expiresAt())
                .isEqualTo(soon);
        revocations.announce("other");
        assertThat(logins.validate(made.token())).isPresent();
        revocations.announce("web");
        assertThat(logins.validate(made.token())).isEmpty();
        assertThat(announced).contains("web", made.login().id());
    }

    @Test
    @DisplayName(
            "G4: bounded: a subject's oldest makes room for its newest, and a full house takes nobody until one ends")
    void isBounded() {
        LoginSessions.Created first = login("ann");
        login("ann");
        login("ann");
        assertThat(logins.validate(first.token())).isEmpty();
        assertThat(announced).containsExactly(first.login().id());
        login("bob");
        login("cid");
        assertThat(logins.create(user("dan", Optional.empty()), HOUR)).isEmpty();
        assertThat(logins.count()).isEqualTo(4);
        pass(Duration.ofMinutes(10));
        login("dan");
        assertThat(logins.count()).isEqualTo(1);
    }
}
