package io.synapse.protocol;

/**
 * Why the server closes a connection. The code tells the client what to do: 4000 to 4499 mean "come back later", 4500 to
 * 4999 "do not come back as you are"; the rest is RFC 6455's. {@code docs/protocol.md} holds the same table, and a test
 * compares the two.
 */
public enum CloseReason {
    /** The application is stopping or being replaced; come back. */
    SERVICE_RESTART(1012, "service restart"),
    /** The server goes away at once; come back, to another node if there is one. */
    GOING_AWAY(1001, "going away, reconnect"),
    /** A message was larger than {@code synapse.limits.message-bytes}. */
    TOO_BIG(1009, "message too big"),
    /** Too many malformed frames on one connection. */
    POLICY(1008, "too many malformed frames"),
    /** Too many messages in a row were refused because they came too fast. */
    TOO_FAST(1008, "rate limit exceeded"),
    /** On {@code /ws}: the session token is not good; the code is fixed (ledger G12), so do not come back with it. */
    BAD_SESSION(4001, "Invalid session token"),
    /** On {@code /ws}: the address, key or user has as many connections as it may; come back later. */
    CONNECTION_LIMIT(4004, "Connection limit exceeded"),
    /** On {@code /ws}: the node has as many connections as it may; come back later. */
    CAPACITY(4005, "Server at capacity"),
    /** Something failed in the server; come back. */
    INTERNAL(1011, "internal error"),
    /** The client reads more slowly than it is written to; come back and resume. */
    SLOW_CONSUMER(4008, "slow consumer"),
    /** Nothing has come from the client for {@code synapse.heartbeat.idle-timeout}; come back. */
    IDLE(4009, "idle timeout"),
    /** No message has passed on {@code /ws} for {@code synapse.gateway.idle-timeout}. */
    GATEWAY_IDLE(1008, "idle timeout"),
    /** The client has answered no ping for {@code synapse.heartbeat.timeout}; come back. */
    DEAD(4010, "no answer to pings"),
    /** The credential of the connection has expired, and no other was shown in time; come back with a new one. */
    TOKEN_EXPIRED(4501, "token expired"),
    /** The credential of the connection was revoked; do not come back with it. */
    REVOKED(4502, "credential revoked"),
    /** Whoever operates the service does not want this connection; do not come back. */
    DISCONNECTED(4503, "disconnected"),
    /** The client has come back on another connection, which has the session now; do not come back with it. */
    TAKEN_OVER(4509, "session taken over");

    private final int code;
    private final String phrase;

    CloseReason(int code, String phrase) {
        this.code = code;
        this.phrase = phrase;
    }

    /**
     * The close code.
     *
     * @return 1000 to 4999
     */
    public int code() {
        return code;
    }

    /**
     * The text of the close frame.
     *
     * @return at most 123 bytes in UTF-8, as RFC 6455 allows
     */
    public String phrase() {
        return phrase;
    }
}
