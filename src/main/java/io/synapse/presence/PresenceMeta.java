package io.synapse.presence;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of one member. Immutable; every change makes a new one with a new ref.
 *
 * @param ref unique
 * @param previous the ref that watchers know this member by, if it is another
 * @param connectionId the connection
 * @param onlineAt when it came, epoch milliseconds
 * @param status a short text
 * @param load 0 to 1, if it was said
 */
public record PresenceMeta(
        String ref, Optional<String> previous, String connectionId, long onlineAt, String status, OptionalDouble load) {

    /** The status of one who has not said any. */
    public static final String ONLINE = "online";
}
