package io.synapse.security;

import java.util.List;
import java.util.Optional;

/** Finds out who offers a credential, whatever kind it is. Safe for use by many threads. */
public final class Authenticator implements CredentialCheck {

    private final List<CredentialCheck> checks;

    /**
     * Asks one after the other.
     *
     * @param checks what knows a kind each, the cheapest first
     */
    public Authenticator(List<CredentialCheck> checks) {
        this.checks = List.copyOf(checks);
    }

    @Override
    public Optional<Identity> identify(String credential) {
        for (CredentialCheck check : checks) {
            Optional<Identity> identity = check.identify(credential);
            if (identity.isPresent()) {
                return identity;
            }
        }
        return Optional.empty();
    }
}
