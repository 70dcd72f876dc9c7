package io.synapse.chaos;

/**
 * Something that must not be.
 *
 * @param client who saw it; empty if it was seen by publishers
 * @param kind what it is
 * @param detail where
 */
public record Fault(String client, Kind kind, String detail) {

    /** The kinds of faults. */
    public enum Kind {
        /** A message came twice. */
        DUPLICATE,
        /** A message came after a later one. */
        DISORDER,
        /** Offsets are missing, and the client was not told. */
        SILENT_GAP,
        /** The topic has another life, and the client was not told. */
        SILENT_EPOCH,
        /** What was acknowledged last never came, and the client was not told. */
        SILENT_END,
        /** Two messages have one place. */
        FORK,
        /** Nobody published it. */
        INVENTED,
        /** It was told of a loss where nothing was lost. */
        FALSE_ALARM,
        /** A message came before the client had subscribed. */
        UNASKED
    }
}
