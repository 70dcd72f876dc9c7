package io.synapse.security.limit;

import io.synapse.platform.Counter;

/** The limits on connections, each with what a client is told that meets it. */
public enum Limit {
    /** How fast an address opens connections. */
    NEW_CONNECTIONS(429, "too many new connections from this address", Counter.LIMITED_NEW_CONNECTIONS),
    /** How many an address has. */
    ADDRESS(429, "too many connections from this address", Counter.LIMITED_ADDRESS),
    /** How many there are with an API key. */
    KEY(429, "too many connections with this API key", Counter.LIMITED_KEY),
    /** How many a user has. */
    USER(429, "too many connections of this user", Counter.LIMITED_USER),
    /** How many this node has. */
    NODE(503, "server at capacity", Counter.LIMITED_NODE),
    /** How fast an address offers credentials that are not good. */
    FAILED_LOGINS(429, "too many failed logins from this address", Counter.LIMITED_FAILED_LOGINS);

    private final int status;
    private final String text;
    private final Counter counter;

    Limit(int status, String text, Counter counter) {
        this.status = status;
        this.text = text;
        this.counter = counter;
    }

    /**
     * How HTTP says it.
     *
     * @return 429 or 503
     */
    public int status() {
        return status;
    }

    /**
     * What the client is told.
     *
     * @return one line
     */
    public String text() {
        return text;
    }

    Counter counter() {
        return counter;
    }
}
