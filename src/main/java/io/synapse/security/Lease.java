package io.synapse.security;

import io.synapse.platform.Timers.Timer;
import io.synapse.security.LiveCredentials.End;
import io.synapse.security.LiveCredentials.Holder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A credential that somebody lives by. Safe for use by many threads; the holder is told without a lock. */
public final class Lease {

    private final LiveCredentials all;
    private final Holder holder;
    private Identity identity;
    private Timer timer = Timer.NONE;
    private boolean warned;
    private boolean over;

    Lease(LiveCredentials all, Identity identity, Holder holder) {
        this.all = all;
        this.identity = identity;
        this.holder = holder;
    }

    /**
     * Who lives by it, as last shown.
     *
     * @return the identity
     */
    public synchronized Identity identity() {
        return identity;
    }

    /**
     * When what was shown last expires.
     *
     * @return empty if it does not by itself
     */
    public synchronized Optional<Instant> expiresAt() {
        return identity.credential().expiresAt();
    }

    /**
     * Another credential takes its place.
     *
     * @param other of the same client
     * @return false if it is too late
     * @throws IllegalArgumentException if it is of another client
     */
    public boolean renew(Identity other) {
        String before;
        synchronized (this) {
            if (!identity.isSameAs(other)) {
                throw new IllegalArgumentException("a credential of another client");
            }
            if (over) {
                return false;
            }
            before = identity.credential().source();
            identity = other;
            warned = false;
            timer.cancel();
            timer = Timer.NONE;
        }
        all.move(this, before, other.credential().source());
        look();
        return true;
    }

    /** Whoever lived by it is gone: nothing is told any more. */
    public void end() {
        finish(null);
    }

    void revoke() {
        finish(End.REVOKED);
    }

    private void finish(End end) {
        String source;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            source = identity.credential().source();
            timer.cancel();
        }
        all.remove(this, source);
        if (end != null) {
            holder.over(end);
        }
    }

    /** Tells what is due, and looks again when something else is. */
    void look() {
        Instant now = all.now();
        LiveCredentials.Terms terms = all.terms();
        Instant end;
        boolean expired;
        boolean warn = false;
        synchronized (this) {
            if (over || expiresAt().isEmpty()) {
                return;
            }
            end = expiresAt().get();
            Instant last = end.plus(terms.grace());
            expired = !now.isBefore(last);
            if (!expired) {
                Instant warning = end.minus(terms.warning());
                warn = !warned && !now.isBefore(warning);
                warned |= warn;
                timer = all.timers().after(Duration.between(now, warned ? last : warning), this::look);
            }
        }
        if (expired) {
            finish(End.EXPIRED);
        } else if (warn) {
            holder.expiring(end);
        }
    }

    synchronized boolean isOver() {
        return over;
    }
}
