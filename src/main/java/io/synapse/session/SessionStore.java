package io.synapse.session;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * The sessions of clients that are there, and what is kept of those that may come back. Of one node's memory or of a
 * cluster: whoever uses it cannot tell, and {@code SessionStoreContract} in the tests says what both must do. Bounded. Safe
 * for use by many threads; nothing waits, and nobody is told anything with a lock held.
 */
public interface SessionStore {

    /**
     * Who holds a session: one connection, as long as it is there.
     */
    interface Holder {

        /**
         * Another has claimed the session: sends nothing more for it, and gives up what it held. Called once at most.
         *
         * @param heir told what the holder held, on this stack or later
         */
        void giveUp(Consumer<Kept> heir);

        /**
         * What it holds just now, and goes on holding: for a copy, if this node should die.
         *
         * @return empty if that is not known
         */
        default Optional<SessionState> look() {
            return Optional.empty();
        }

        /**
         * Whether it came before another of the same client, which has therefore given it up: what it says is late, and it
         * may not take anything from the other.
         *
         * @param other who holds the session
         * @return false if that is not known
         */
        default boolean isBefore(Holder other) {
            return false;
        }
    }

    /**
     * What a client held, and what is held for it meanwhile.
     *
     * @param state what it held
     * @param lease lets go of what is held for it on this node; to be run when it has its place again, or will not come. Does
     *     nothing the second time
     */
    record Kept(SessionState state, Runnable lease) {

        /** Of a client that held nothing. */
        public static final Kept NOTHING = new Kept(SessionState.NOTHING, () -> {});
    }

    /**
     * What came of a claim.
     *
     * @param held whether the holder has the session now; false if there are as many as there may be
     * @param kept what there was; empty for a session that is new, or was forgotten
     */
    record Claim(boolean held, Optional<Kept> kept) {}

    /**
     * How much there is.
     *
     * @param held sessions of clients that are there
     * @param kept sessions of clients that may come back
     * @param bytes the memory of these
     */
    record Status(int held, int kept, long bytes) {}

    /**
     * Makes somebody the holder of a session. Whoever held it gives it up first, unless the one who claims it came
     * {@linkplain Holder#isBefore before}: then nothing changes, and the claim is refused.
     *
     * @param key which
     * @param holder who holds it from now on
     * @param told told once, on this stack or later
     */
    void claim(SessionKey key, Holder holder, Consumer<Claim> told);

    /**
     * The holder has gone and may come back: keeps what it held for a while. What somebody else has claimed meanwhile is not
     * kept; then the one who claimed it asks the holder.
     *
     * @param key which
     * @param holder who held it
     * @param kept what it held
     */
    void keep(SessionKey key, Holder holder, Kept kept);

    /**
     * The holder does not want it any more. Does nothing if somebody else has claimed it.
     *
     * @param key which
     * @param holder who held it
     */
    void forget(SessionKey key, Holder holder);

    /**
     * How much there is.
     *
     * @return figures of one moment
     */
    Status status();
}
