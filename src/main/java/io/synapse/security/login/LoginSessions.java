package io.synapse.security.login;

import io.synapse.security.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The login sessions: of one node's memory, or of a cluster, or of a service of the company's own. Another implementation takes
 * the place of the embedded one by being a CDI bean of this type that is an {@code @Alternative} with a {@code @Priority}. Bounded.
 * Safe for use by many threads; what it announces as revoked, it announces after it has forgotten it.
 */
public interface LoginSessions {

    /** The prefix of every id, which no name of an API key can have by chance. */
    String ID_PREFIX = "l_";

    /**
     * A login that was made.
     *
     * @param token what the client shows as {@code session_token}; it is not kept
     * @param login the login
     */
    record Created(String token, Login login) {

        /** Leaves the token out: this text may reach a log. */
        @Override
        public String toString() {
            return "Created[" + login.id() + "]";
        }
    }

    /**
     * Makes a login.
     *
     * @param identity for whom. Its credential is what it was made with: the login ends when that ends or is revoked
     * @param lifetime for how long; the configured one if that is shorter
     * @return the login; empty if there are as many as there may be
     */
    Optional<Created> create(Identity identity, Duration lifetime);

    /**
     * Looks up the login of a token, which counts as a use of it.
     *
     * @param token what a client shows, of any length that fits a message
     * @return the login; empty if there is none, or it has ended
     */
    Optional<Login> validate(String token);

    /**
     * Looks up a login, which is no use of it.
     *
     * @param id of the login
     * @return the login; empty if there is none, or it has ended
     */
    Optional<Login> find(String id);

    /**
     * Shortens a login. It is announced as revoked when that time comes, as connections know the old one.
     *
     * @param id of the login
     * @param end when it ends; what is later than its end changes nothing
     * @return the login as it is now; empty if there is none, or it has ended
     */
    Optional<Login> expire(String id, Instant end);

    /**
     * Ends a login, and announces its id to {@link io.synapse.security.Revocations}.
     *
     * @param id of the login
     * @return the login that has ended; empty if there was none
     */
    Optional<Login> revoke(String id);

    /**
     * How many there are, those included that have ended and were not yet forgotten.
     *
     * @return the number
     */
    int count();
}
