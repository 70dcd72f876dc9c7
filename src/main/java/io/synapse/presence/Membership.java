package io.synapse.presence;

import java.util.Optional;
import java.util.OptionalDouble;

/** One tracked connection of a topic. Safe for use by many threads. */
public interface Membership {

    /**
     * Says something else about the member.
     *
     * @param status the new status; empty leaves it
     * @param load the new load, 0 to 1; empty leaves it
     * @return the new ref; empty if the member has left
     */
    Optional<String> update(Optional<String> status, OptionalDouble load);

    /** The connection is gone from the topic, for whatever reason. Does nothing when called again. */
    void leave();
}
