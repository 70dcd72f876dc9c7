package io.synapse.routing;

import io.synapse.connection.Connection;
import io.synapse.session.SessionKey;
import io.synapse.session.SessionState;
import io.synapse.session.SessionStore;
import io.synapse.session.SessionStore.Claim;
import io.synapse.session.SessionStore.Kept;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

        /** What is held just now, of which nothing is let go. */
        SessionState look();

        /** Tells the client that it holds this no more. */
        void takenOver();
    }

    private final SessionStore store;
    private final SessionKey key;
    private final long dialledAt;
    private Holding holding;
    /** What the client has a right to and does not hold yet, or no more. */
    private Kept resting;
    /** What was given away. */
    private Kept given;

    private Consumer<Kept> heir;
    private boolean claiming = true;
    private boolean over;
    /** What is held is being given away, and must not be let go of before it is. */
    private boolean parking;

    private final List<Runnable> afterwards = new ArrayList<>();

    HeldSession(SessionStore store, SessionKey key, Connection connection) {
        this.store = store;
        this.key = key;
        dialledAt = connection.dialledAt();
    }

    // A connection that was cut may still have its join read when its client is back by another.
    @Override
    public boolean isBefore(SessionStore.Holder other) {
        return other instanceof HeldSession held && dialledAt - held.dialledAt < 0;
    }

    boolean isOf(SessionKey other) {
        return key.equals(other);
    }

    /** Tells what there was; not if the connection has ended meanwhile. Who has lost it meanwhile is told by {@link #restored}. */
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
            told.accept(claim);
        }
    }

    /** The client is about to hold what was kept for it. */
    synchronized void begin(Holding what) {
        holding = what;
    }

    /**
     * The client holds everything that it can have.
     *
     * @return false if it has lost the session meanwhile: then what was kept, and its lease, are somebody else's
     */
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
            if (!over) {
                over = true;
                given = Kept.NOTHING;
            }
        }
        store.forget(key, this);
    }

    /**
     * The connection has ended.
     *
     * @param letGo lets go of what was held; run once it is known what to keep of it, on this stack or by whoever takes the
     *     session over just now
     */
    void connectionEnded(Runnable letGo) {
        Holding held = null;
        Kept kept = null;
        boolean mine;
        synchronized (this) {
            if (parking) {
                afterwards.add(letGo);
                return;
            }
            // Of a claim that is under way it is not known yet what there is.
            mine = !over && !claiming;
            over = true;
            if (mine) {
                held = holding;
                kept = resting;
                parking = true;
            }
        }
        if (mine) {
            keep(parked(held, kept, false));
        }
        letGo.run();
    }

    private void keep(Kept kept) {
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
    public Optional<SessionState> look() {
        Holding held;
        synchronized (this) {
            if (over || claiming) {
                return Optional.empty();
            }
            if (resting != null) {
                return Optional.of(resting.state());
            }
            held = holding;
        }
        return Optional.ofNullable(held).map(Holding::look);
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
            parking = !over;
            over = true;
        }
        kept = parked(held, kept, true);
        if (held != null) {
            held.takenOver();
        }
        next.accept(kept);
    }

    // Who has not got everything back yet has a right to what was kept, and not to the part that it has got.
    private Kept parked(Holding held, Kept kept, boolean takenOver) {
        try {
            Kept present = held == null ? Kept.NOTHING : held.park(takenOver);
            if (kept == null) {
                return present;
            }
            present.lease().run();
            return kept;
        } finally {
            List<Runnable> waiting;
            synchronized (this) {
                parking = false;
                waiting = List.copyOf(afterwards);
                afterwards.clear();
            }
            waiting.forEach(Runnable::run);
        }
    }
}
