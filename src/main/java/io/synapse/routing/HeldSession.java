package io.synapse.routing;

import io.synapse.connection.Connection;
import io.synapse.session.SessionKey;
import io.synapse.session.SessionStore;
import io.synapse.session.SessionStore.Claim;
import io.synapse.session.SessionStore.Kept;
import java.util.function.Consumer;

/**
 * A session, as the connection that has it sees it. What the client holds is given away once: to the store when the
 * connection ends, or to whoever takes the session over, whichever comes first. Safe for use by many threads; nothing is
 * called with a lock held.
 */
final class HeldSession implements SessionStore.Holder {

    /** What is held: one joined topic, or all of a connection. */
    interface Holding {

        /**
         * Ends it all, and says how to go on.
         *
         * @param takenOver whether somebody goes on at once: until the lease has ended, queries are followed
         */
        Kept park(boolean takenOver);

        /** Tells the client that it holds this no more. */
        void takenOver();
    }

    private final SessionStore store;
    private final SessionKey key;
    private final long openedAt;
    private Holding holding;
    /** What the client has a right to and does not hold yet, or no more. */
    private Kept resting;
    /** What was given away. */
    private Kept given;

    private Consumer<Kept> heir;
    private boolean claiming = true;
    private boolean over;

    HeldSession(SessionStore store, SessionKey key, Connection connection) {
        this.store = store;
        this.key = key;
        openedAt = connection.openedAt();
    }

    // A connection that was cut may still have its join read when its client is back by another.
    @Override
    public boolean isBefore(SessionStore.Holder other) {
        return other instanceof HeldSession held && openedAt - held.openedAt < 0;
    }

    boolean isOf(SessionKey other) {
        return key.equals(other);
    }

    /** Tells what there was; not if the connection has ended meanwhile. */
    void claim(Consumer<Claim> told) {
        store.claim(key, this, claim -> claimed(claim, told));
    }

    private void claimed(Claim claim, Consumer<Claim> told) {
        Kept kept = claim.kept().orElse(Kept.NOTHING);
        boolean ended;
        Consumer<Kept> next;
        synchronized (this) {
            claiming = false;
            ended = over;
            next = heir;
            over = ended || next != null || !claim.held();
            if (over) {
                given = kept;
            } else {
                resting = kept;
            }
        }
        if (next != null) {
            next.accept(kept);
        } else if (ended) {
            store.keep(key, this, kept);
        }
        if (!ended) {
            told.accept(next == null ? claim : new Claim(false, claim.kept()));
        }
    }

    /** The client is about to hold what was kept for it. */
    synchronized void begin(Holding what) {
        holding = what;
    }

    /** The client holds everything that it can have; false if somebody has taken it over meanwhile. */
    synchronized boolean restored() {
        if (!over) {
            resting = null;
        }
        return !over;
    }

    /**
     * What the client held is to be taken up again on this connection.
     *
     * @return false if it did not hold everything yet, and so what is given is only a part
     */
    synchronized boolean rest(Kept kept) {
        if (holding != null && resting != null) {
            return false;
        }
        holding = null;
        resting = kept;
        return true;
    }

    synchronized boolean isOver() {
        return over;
    }

    /** The client wants it no more. */
    void forget() {
        synchronized (this) {
            over = true;
        }
        store.forget(key, this);
    }

    /** The connection has ended. */
    void connectionEnded() {
        Holding held;
        Kept kept;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            if (claiming) {
                return;
            }
            held = holding;
            kept = resting;
        }
        kept = parked(held, kept, false);
        Consumer<Kept> next;
        synchronized (this) {
            given = kept;
            next = heir;
        }
        if (next == null) {
            store.keep(key, this, kept);
        } else {
            next.accept(kept);
        }
    }

    @Override
    public void giveUp(Consumer<Kept> next) {
        Holding held;
        Kept kept;
        synchronized (this) {
            if (claiming || over && given == null) {
                // Whoever is about to know what there is tells it.
                heir = next;
                return;
            }
            held = over ? null : holding;
            kept = over ? given : resting;
            over = true;
        }
        kept = parked(held, kept, true);
        if (held != null) {
            held.takenOver();
        }
        next.accept(kept);
    }

    // Who has not got everything back yet has a right to what was kept, and not to the part that it has got.
    private static Kept parked(Holding held, Kept resting, boolean takenOver) {
        Kept present = held == null ? Kept.NOTHING : held.park(takenOver);
        if (resting == null) {
            return present;
        }
        present.lease().run();
        return resting;
    }
}
