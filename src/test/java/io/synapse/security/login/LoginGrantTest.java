package io.synapse.security.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LoginGrantTest {

    private static Identity service(Set<String> agents, Set<String> topics, Role... roles) {
        return new Identity("shop", "acme", agents, topics, Set.of(roles), Credential.ofKey("k_1.1"));
    }

    private static LoginGrant grant(Set<String> agents, Set<String> topics, Set<Role> roles) {
        return new LoginGrant(
                "ann", Optional.ofNullable(agents), Optional.ofNullable(topics), Optional.ofNullable(roles));
    }

    @Test
    @DisplayName("G4: what is not asked for is what the service may; the tenant is its own, and so is the subject")
    void inherits() {
        Identity service = service(Set.of("a", "b"), Set.of("t:**"), Role.PUBLISHER, Role.USER);
        Identity ann = grant(null, null, null).by(service).identity().orElseThrow();
        assertThat(ann)
                .isEqualTo(new Identity(
                        "login:shop:ann",
                        "acme",
                        Set.of("a", "b"),
                        Set.of("t:**"),
                        Set.of(Role.USER),
                        service.credential()));
        assertThat(grant(Set.of(), Set.of(), Set.of()).by(service).identity()).contains(ann);
    }

    @Test
    @DisplayName("G4: never more than the service may itself")
    void isBounded() {
        Identity service = service(Set.of("a", "b"), Set.of("t:**", "u:x"), Role.PUBLISHER, Role.USER);
        assertThat(grant(Set.of("a"), Set.of("t:1:*", "u:x"), Set.of(Role.PUBLISHER))
                        .by(service)
                        .errors())
                .isEmpty();
        assertThat(grant(Set.of("a", "c"), Set.of("**"), Set.of(Role.ADMIN))
                        .by(service)
                        .errors())
                .containsOnlyKeys("agents", "topics", "roles");
        assertThat(grant(null, Set.of("u:*"), null).by(service).errors()).containsOnlyKeys("topics");
        assertThat(grant(null, null, null)
                        .by(service(Set.of(), Set.of(), Role.ADMIN))
                        .errors())
                .containsOnlyKeys("roles");
        assertThat(grant(Set.of("any"), Set.of("any:**"), null)
                        .by(service(Set.of(), Set.of(), Role.USER))
                        .errors())
                .isEmpty();
    }

    @Test
    @DisplayName("G4: a session is its service's: not that of another name, nor of the same name in another tenant")
    void knowsItsOwn() {
        Identity service = service(Set.of(), Set.of(), Role.USER);
        Identity ann = grant(null, null, null).by(service).identity().orElseThrow();
        Login login = new Login("l_1", ann, "k_1.1", Instant.EPOCH, Instant.EPOCH, Instant.EPOCH);
        assertThat(LoginGrant.isOf(service, login)).isTrue();
        assertThat(LoginGrant.isOf(new Identity("sho", Set.of()), login)).isFalse();
        Identity namesake = new Identity("shop", "", Set.of(), Set.of(), Set.of(Role.USER), Credential.ofKey("shop"));
        assertThat(LoginGrant.isOf(namesake, login)).isFalse();
    }
}
