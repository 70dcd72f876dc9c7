package io.synapse.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class CallerTest {

    private static final Optional<String> NONE = Optional.empty();

    private static Caller caller(String tenant, Role... roles) {
        return new Caller(
                new Identity(
                        "ann",
                        tenant,
                        Set.of("desk"),
                        Set.of("public:**"),
                        Set.of(roles),
                        new Credential(Credential.Kind.API_KEY, "k1", Optional.empty())),
                "127.0.0.1");
    }

    @Test
    @DisplayName("G6: everybody acts in the own realm, named or not")
    void actsInItsOwn() {
        Caller ann = caller("acme", Role.USER);
        assertThat(ann.in(NONE)).isSameAs(ann.identity());
        assertThat(ann.in(Optional.of("acme"))).isSameAs(ann.identity());
        assertThat(caller("", Role.USER).in(Optional.of("")).tenant()).isEmpty();
    }

    @Test
    @DisplayName("G6 K5: nobody of a tenant acts in another, and nobody without the role of an admin does")
    void actsInNoOther() {
        for (Caller each : new Caller[] {
            caller("acme", Role.ADMIN, Role.PUBLISHER), caller("", Role.PUBLISHER), caller("", Role.USER)
        }) {
            assertThatThrownBy(() -> each.in(Optional.of("other")))
                    .isInstanceOf(ControlException.class)
                    .hasMessage("forbidden");
        }
        // What belongs to no tenant is nobody's of a tenant either.
        assertThatThrownBy(() -> caller("acme", Role.ADMIN).in(Optional.of(""))).hasMessage("forbidden");
        assertThatThrownBy(() -> caller("acme", Role.ADMIN).scope(Optional.of("other")))
                .hasMessage("forbidden");
    }

    @Test
    @DisplayName("G6: an admin without a tenant acts in the realm that it names, with no more than its own rights")
    void actsForAnother() {
        Caller root = caller("", Role.ADMIN);
        Identity acting = root.in(Optional.of("acme"));
        assertThat(acting.tenant()).isEqualTo("acme");
        assertThat(acting.roles()).containsExactly(Role.ADMIN);
        assertThat(acting.topics()).containsExactly("public:**");
        assertThat(acting.agents()).containsExactly("desk");
        assertThat(root.scope(NONE)).isEmpty();
        assertThat(root.scope(Optional.of(""))).contains("");
        assertThat(root.scope(Optional.of("acme"))).contains("acme");
        for (String wrong : new String[] {"a:b", "a|b", "a b", "\u0001", "x".repeat(65)}) {
            assertThatThrownBy(() -> root.in(Optional.of(wrong))).hasMessage("invalid field");
        }
    }

    @Test
    @DisplayName("G6 D7: only an admin is an operator, of its own tenant if it has one")
    void operates() {
        assertThat(caller("acme", Role.ADMIN).scope(NONE)).contains("acme");
        assertThatThrownBy(() -> caller("acme", Role.PUBLISHER, Role.USER).scope(NONE))
                .hasMessage("forbidden");
    }
}
