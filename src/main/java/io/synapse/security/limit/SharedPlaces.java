package io.synapse.security.limit;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * The places that connections of all nodes take of what is bounded for all of them together. Safe for use by many threads.
 */
public interface SharedPlaces {

    /** There is one node. */
    SharedPlaces NONE = new SharedPlaces() {
        @Override
        public Optional<String> take(String place, Map<String, Integer> bounds) {
            return Optional.empty();
        }

        @Override
        public void release(String place, Collection<String> holders) {
            // Nothing was taken.
        }
    };

    /**
     * Takes a place of each holder, or of none. Waits for the others, for a bounded time; if they cannot be asked, the place is
     * taken: then this node's own bounds hold.
     *
     * @param place the name of the connection's place
     * @param bounds by holder how many places there are
     * @return the holder that has none left; empty if the places are taken
     */
    Optional<String> take(String place, Map<String, Integer> bounds);

    /**
     * Gives places back. Does not wait.
     *
     * @param place the name of the connection's place
     * @param holders of which it has places
     */
    void release(String place, Collection<String> holders);
}
