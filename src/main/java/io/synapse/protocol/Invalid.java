package io.synapse.protocol;

import java.util.Objects;

/**
 * A frame that says nothing the server understands.
 *
 * @param address where it belongs, as far as it could be read
 * @param kind how much of it could be read
 * @param reason what is wrong, for the client
 * @param detail which part is wrong; empty if the reason says it all
 */
public record Invalid(Address address, Kind kind, String reason, String detail) implements Inbound {

    /** How much of a frame could be read. */
    public enum Kind {
        /** Not a frame of this protocol at all. */
        FRAME,
        /** A compressed frame that holds more than a client may send; the connection cannot go on. */
        TOO_BIG,
        /** A join, whose payload is wrong. */
        JOIN,
        /** A frame with another event, whose payload is wrong. */
        PAYLOAD,
        /** A frame with an event that does not exist. */
        EVENT
    }

    /** Checks that nothing is missing. */
    public Invalid {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(detail, "detail");
    }
}
