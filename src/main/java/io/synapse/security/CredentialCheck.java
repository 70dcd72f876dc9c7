package io.synapse.security;

import java.util.Optional;

/** Knows one kind of credentials. Implementations are safe for use by many threads. */
@FunctionalInterface
public interface CredentialCheck {

    /**
     * Finds out who offers a credential.
     *
     * @param credential what a client offers, of any length that fits a message
     * @return who it is; empty if it is not of this kind, or not good any more
     */
    Optional<Identity> identify(String credential);
}
