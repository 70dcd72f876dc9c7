package io.synapse.security.login;

import io.synapse.security.Identity;
import java.time.Instant;

/**
 * A login as it stands; without its secret. Immutable.
 *
 * @param id by which it is managed and revoked; no secret
 * @param identity who it is for; its credential is of the kind {@code LOGIN}, has the id as its source, and ends when the login
 *     does
 * @param madeFrom the source of what it was made with, and with which it ends; empty if that cannot be revoked
 * @param createdAt when it began
 * @param expiresAt when it ends at the latest
 * @param idleAt when it ends unless it is shown before
 */
public record Login(
        String id, Identity identity, String madeFrom, Instant createdAt, Instant expiresAt, Instant idleAt) {

    /**
     * When it ends if nothing happens.
     *
     * @return the earlier of both
     */
    public Instant end() {
        return idleAt.isBefore(expiresAt) ? idleAt : expiresAt;
    }
}
