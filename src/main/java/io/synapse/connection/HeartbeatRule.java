package io.synapse.connection;

import io.synapse.protocol.CloseReason;
import io.synapse.protocol.ServerMessage;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * When a connection of one socket is idle, and what keeps it from being so. Immutable.
 *
 * @param idleTimeout how long it may be idle before it is closed
 * @param idleReason what it is closed with
 * @param traffic what counts
 * @param ping a message that is sent besides the protocol's ping when nothing else was, for programs that want to see one
 */
public record HeartbeatRule(
        Duration idleTimeout, CloseReason idleReason, Traffic traffic, Optional<Supplier<ServerMessage>> ping) {

    /** What keeps a connection from being idle. */
    public enum Traffic {
        /**
         * Whatever comes from the client, answers to the protocol's pings too. Browsers give these even for pages in the
         * background, whose timers are throttled; so only a client that is gone or mute is idle.
         */
        HEARD,
        /**
         * Messages in either direction, without the pings of the server. A client whose program does nothing is idle, even
         * if its WebSocket library answers the protocol's pings.
         */
        MESSAGES
    }
}
