package io.synapse.security;

import java.time.Instant;
import java.util.Optional;

/**
 * What a client has shown to say who it is; never the secret itself. Immutable.
 *
 * @param kind what it is
 * @param source the id of what can be revoked and with it everything that was made from it: of an API key, also for the
 *     tokens that were made with it, or of a login, also for its tickets; empty if nothing can
 * @param expiresAt when it ends, if it does by itself
 */
public record Credential(Kind kind, String source, Optional<Instant> expiresAt) {

    /** The development key, which nobody can revoke. */
    static final Credential DEVELOPMENT = new Credential(Kind.DEVELOPMENT, "", Optional.empty());

    /** The kinds of credentials. */
    public enum Kind {
        /** The key that development mode accepts, or no credential where that mode needs none. */
        DEVELOPMENT,
        /** An API key. */
        API_KEY,
        /** A token that this node, or a service with the same secret, has signed. */
        TOKEN,
        /** A token of another issuer. */
        JWT,
        /** A login, by its {@code session_token}, or a ticket that was made for one. */
        LOGIN,
        /** A name and a password of the container's realm. */
        REALM
    }

    /**
     * An API key.
     *
     * @param id of the key, by which it is revoked
     * @return the credential, which does not end by itself
     */
    public static Credential ofKey(String id) {
        return new Credential(Kind.API_KEY, id, Optional.empty());
    }
}
