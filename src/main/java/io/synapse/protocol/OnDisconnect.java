package io.synapse.protocol;

import java.time.Duration;
import java.util.Optional;

/**
 * What happens to a query when the last client that follows it has gone.
 *
 * @param cancelAfter how long it goes on before it is stopped; empty: it goes on to its end
 */
public record OnDisconnect(Optional<Duration> cancelAfter) {

    /** The query goes on to its end; the default. */
    public static final OnDisconnect CONTINUE = new OnDisconnect(Optional.empty());

    /**
     * The query is stopped.
     *
     * @param grace how long it goes on first, so that a client may come back
     * @return the rule
     */
    public static OnDisconnect cancelAfter(Duration grace) {
        return new OnDisconnect(Optional.of(grace));
    }
}
