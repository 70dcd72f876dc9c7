package io.synapse.security.login;

import io.synapse.security.CredentialCheck;
import io.synapse.security.Identity;
import java.time.Instant;
import java.util.Optional;

/**
 * Tickets: each is good for one handshake, within seconds, so that it does no harm in the log of a proxy. {@link #identify}
 * takes a ticket away: of many who show the same, one is told. Another implementation takes the place of the embedded one by
 * being a CDI bean of this type that is an {@code @Alternative} with a {@code @Priority}. Bounded. Safe for use by many threads.
 */
public interface Tickets extends CredentialCheck {

    /**
     * A ticket that was made.
     *
     * @param ticket what the client shows; it is not kept
     * @param expiresAt when it ends
     */
    record Issued(String ticket, Instant expiresAt) {

        /** Leaves the ticket out: this text may reach a log. */
        @Override
        public String toString() {
            return "Issued[expiresAt=" + expiresAt + "]";
        }
    }

    /**
     * Makes a ticket.
     *
     * @param identity for whom; whoever shows the ticket has the same credential, with its source and its end
     * @return the ticket; empty if there are as many as there may be
     */
    Optional<Issued> issue(Identity identity);
}
