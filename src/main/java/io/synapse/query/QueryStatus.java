package io.synapse.query;

import io.synapse.platform.Counter;
import io.synapse.platform.Timing;

/** How a query ended. */
public enum QueryStatus {
    /** The engine answered. */
    SUCCESS("success", Counter.QUERIES_SUCCEEDED, Timing.QUERY_SUCCEEDED),
    /** Somebody stopped it. */
    INTERRUPTED("interrupted", Counter.QUERIES_INTERRUPTED, Timing.QUERY_INTERRUPTED),
    /** Its time was over. */
    TIMEOUT("timeout", Counter.QUERIES_TIMED_OUT, Timing.QUERY_TIMED_OUT),
    /** It failed; the data say why. */
    ERROR("error", Counter.QUERIES_FAILED, Timing.QUERY_FAILED);

    private final String word;
    private final Counter counter;
    private final Timing timing;

    QueryStatus(String word, Counter counter, Timing timing) {
        this.word = word;
        this.counter = counter;
        this.timing = timing;
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

    Timing timing() {
        return timing;
    }
}
