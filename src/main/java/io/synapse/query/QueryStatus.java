package io.synapse.query;

import io.synapse.platform.Counter;

/** How a query ended. */
public enum QueryStatus {
    /** The engine answered. */
    SUCCESS("success", Counter.QUERIES_SUCCEEDED),
    /** Somebody stopped it. */
    INTERRUPTED("interrupted", Counter.QUERIES_INTERRUPTED),
    /** Its time was over. */
    TIMEOUT("timeout", Counter.QUERIES_TIMED_OUT),
    /** It failed; the data say why. */
    ERROR("error", Counter.QUERIES_FAILED);

    private final String word;
    private final Counter counter;

    QueryStatus(String word, Counter counter) {
        this.word = word;
        this.counter = counter;
    }

    /**
     * The word on the wire.
     *
     * @return lower-case
     */
    public String word() {
        return word;
    }

    Counter counter() {
        return counter;
    }
}
