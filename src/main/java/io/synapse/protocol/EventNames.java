package io.synapse.protocol;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What a publication may be called. */
public final class EventNames {

    static final int MAX_LENGTH = 128;

    private static final Pattern EVENT = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1," + MAX_LENGTH + "}");

    /** What the server says itself: a client must not be able to say it in its name. */
    private static final Set<String> RESERVED = Set.of(
            "heartbeat",
            "presence_state",
            "presence_diff",
            "presence_info",
            "thought",
            "progress",
            "queued",
            "result",
            "snapshot",
            "budget",
            "token_expiring",
            "reconnect",
            "subscribed",
            "unsubscribed",
            "interrupted",
            "error",
            "gap",
            "recovery",
            "ping",
            "pong",
            "response",
            "ack",
            "event",
            "session",
            "system");

    private EventNames() {}

    /**
     * Why a name will not do.
     *
     * @param event the name
     * @return what is wrong with it; empty if nothing is
     */
    public static Optional<String> problem(String event) {
        if (!EVENT.matcher(event).matches()) {
            return Optional.of("event must be printable text");
        }
        if (RESERVED.contains(event) || event.startsWith("phx_") || event.startsWith("chan_reply_")) {
            return Optional.of("event must not be " + event + ", which the server says itself");
        }
        return Optional.empty();
    }
}
