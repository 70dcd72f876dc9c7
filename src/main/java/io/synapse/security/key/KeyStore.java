package io.synapse.security.key;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Where managed keys are kept: a file of one node, its memory, or a store that nodes share. Bounded. Safe for use by many threads.
 * Whatever changes something has kept it when it returns, and throws {@link java.io.UncheckedIOException} if it could not; then
 * nothing has changed.
 */
public interface KeyStore {

    /** What came of adding a key. */
    enum Added {
        /** It is there. */
        ADDED,
        /** Another key that was not revoked has its name. */
        NAME_TAKEN,
        /** There are as many as there may be, and none of them was revoked. */
        FULL
    }

    /**
     * Whether keys are there again after a restart.
     *
     * @return false if they are in memory only
     */
    boolean isDurable();

    /**
     * Looks a key up.
     *
     * @param id of the key
     * @return the key, whatever its state; empty if there is none
     */
    Optional<ManagedKey> find(String id);

    /**
     * Keys in the order of their ids.
     *
     * @param after the id that they come after; empty for the first
     * @param limit how many at most
     * @return whatever their state
     */
    List<ManagedKey> page(String after, int limit);

    /**
     * Adds a key. If there are as many as there may be, the one that was revoked first makes room.
     *
     * @param key with an id that no other has
     * @return what came of it
     */
    Added add(ManagedKey key);

    /**
     * Changes a key; of several changes at a time each sees the one before.
     *
     * @param id of the key
     * @param change makes the new key from the present one; the same if nothing is to be changed
     * @return the new key; empty if there is none
     */
    Optional<ManagedKey> update(String id, UnaryOperator<ManagedKey> change);

    /**
     * Notes when keys were used last. Those that are not there any more are left out.
     *
     * @param uses times by id
     */
    void used(Map<String, Instant> uses);
}
