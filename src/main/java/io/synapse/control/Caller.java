package io.synapse.control;

import io.synapse.protocol.Reasons;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who calls. Immutable.
 *
 * <p><b>Realm.</b> A realm is a tenant. Everybody acts in the own one; only an admin without a tenant may name another, and then
 * acts there as if of it.
 *
 * @param identity who, by the credential that was shown
 * @param address where from
 */
public record Caller(Identity identity, String address) {

    /**
     * Whom the caller acts as.
     *
     * @param realm as it was named; empty for the own
     * @return the identity, of that realm
     * @throws ControlException if it may not act there
     */
    Identity in(Optional<String> realm) {
        String wanted = realm.orElse(identity.tenant());
        if (wanted.equals(identity.tenant())) {
            return identity;
        }
        if (!identity.tenant().isEmpty() || !is(Role.ADMIN)) {
            throw ControlException.of(Reasons.FORBIDDEN, "realm", wanted);
        }
        if (!Identity.isTenant(wanted)) {
            throw ControlException.of(
                    Reasons.INVALID_FIELD, "detail", "realm must be the name of a tenant", "realm", wanted);
        }
        return new Identity(
                identity.subject(),
                wanted,
                identity.agents(),
                identity.topics(),
                identity.roles(),
                identity.credential());
    }

    /**
     * Whose things an operator sees.
     *
     * @param realm as it was named; empty for all that the caller may see
     * @return a tenant; empty for all of them, which only an admin without a tenant sees
     * @throws ControlException if the caller is no operator there
     */
    Optional<String> scope(Optional<String> realm) {
        require(Role.ADMIN);
        return realm.isEmpty() && identity.tenant().isEmpty()
                ? Optional.empty()
                : Optional.of(in(realm).tenant());
    }

    boolean is(Role... any) {
        return Stream.of(any).anyMatch(identity.roles()::contains);
    }

    void require(Role... any) {
        if (!is(any)) {
            Set<String> names = Stream.of(any).map(Role::group).collect(Collectors.toSet());
            throw ControlException.of(
                    Reasons.FORBIDDEN,
                    "detail",
                    "the role " + String.join(" or ", names.stream().sorted().toList()) + " is needed");
        }
    }
}
