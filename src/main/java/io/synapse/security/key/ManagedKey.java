package io.synapse.security.key;

import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Secrets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An API key as it is kept: without its secret. A key has one secret after the other; each is a source of its own, so that one
 * can be revoked and the next goes on. Immutable.
 *
 * @param id by which it is found and managed; no secret
 * @param owner who uses it, and what that may do; its credential is the key, without a secret
 * @param hash SHA-256 of the secret, in hexadecimal
 * @param generation which secret this is, from 1
 * @param former the secret before, while it still goes on
 * @param createdAt when it was made
 * @param expiresAt when it ends, if it does
 * @param lastUsedAt when it was shown last, to the minute
 * @param revokedAt when it was revoked, if it was
 */
public record ManagedKey(
        String id,
        Identity owner,
        String hash,
        int generation,
        Optional<Former> former,
        Instant createdAt,
        Optional<Instant> expiresAt,
        Optional<Instant> lastUsedAt,
        Optional<Instant> revokedAt) {

    /**
     * The secret before a rotation.
     *
     * @param hash SHA-256 of it, in hexadecimal
     * @param until when it ends
     */
    public record Former(String hash, Instant until) {

        /** Leaves the hash out: this text may reach a log. */
        @Override
        public String toString() {
            return "Former[until=" + until + "]";
        }
    }

    /** What a key is at a time. */
    public enum State {
        /** It lets in. */
        ACTIVE,
        /** Its time is over. */
        EXPIRED,
        /** Somebody has ended it. */
        REVOKED
    }

    /**
     * Leaves the hash out: this text may reach a log.
     */
    @Override
    public String toString() {
        return "ManagedKey[" + id + "]";
    }

    /**
     * The name of the key.
     *
     * @return the subject of whoever shows it
     */
    public String name() {
        return owner.subject();
    }

    /**
     * What it is at a time.
     *
     * @param now the time
     * @return its state
     */
    public State state(Instant now) {
        if (revokedAt.isPresent()) {
            return State.REVOKED;
        }
        return expiresAt.filter(end -> !end.isAfter(now)).isPresent() ? State.EXPIRED : State.ACTIVE;
    }

    /** By what the present secret is revoked. */
    String source() {
        return source(generation);
    }

    /** By what the secret before is revoked. */
    String formerSource() {
        return source(generation - 1);
    }

    private String source(int of) {
        return id + "." + of;
    }

    /** Whether what was made with a secret of this key still counts. */
    boolean isGood(String source, Instant now) {
        return state(now) == State.ACTIVE
                && (source.equals(source())
                        || source.equals(formerSource())
                                && former.filter(before -> before.until().isAfter(now))
                                        .isPresent());
    }

    /** Who shows a secret of this key, if it is one and counts. */
    Optional<Identity> identify(String secretHash, Instant now) {
        if (state(now) != State.ACTIVE) {
            return Optional.empty();
        }
        if (Secrets.isSame(hash, secretHash)) {
            return Optional.of(owner.with(new Credential(Credential.Kind.API_KEY, source(), expiresAt)));
        }
        return former.filter(before -> before.until().isAfter(now) && Secrets.isSame(before.hash(), secretHash))
                .map(before -> owner.with(new Credential(
                        Credential.Kind.API_KEY,
                        formerSource(),
                        Optional.of(expiresAt.filter(before.until()::isAfter).orElse(before.until())))));
    }

    ManagedKey rotated(String newHash, Duration grace, Instant now) {
        Optional<Former> before = grace.isZero() ? Optional.empty() : Optional.of(new Former(hash, now.plus(grace)));
        return new ManagedKey(id, owner, newHash, generation + 1, before, createdAt, expiresAt, lastUsedAt, revokedAt);
    }

    ManagedKey revoked(Instant now) {
        return new ManagedKey(
                id, owner, hash, generation, Optional.empty(), createdAt, expiresAt, lastUsedAt, Optional.of(now));
    }

    ManagedKey used(Instant at) {
        return new ManagedKey(id, owner, hash, generation, former, createdAt, expiresAt, Optional.of(at), revokedAt);
    }
}
