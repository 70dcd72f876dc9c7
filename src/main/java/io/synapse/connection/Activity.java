package io.synapse.connection;

import io.synapse.platform.Ticker;

/**
 * When a client was last heard. Written for every part of a message, so it costs a reading of the ticker and one
 * volatile write, and allocates nothing. Safe for use by many threads. All times are readings of the connection's {@link
 * Ticker}.
 */
public final class Activity {

    private final Ticker ticker;
    private final long openedAt;
    private volatile long spokeAt;
    private volatile long answeredAt;
    private volatile boolean answered;

    Activity(Ticker ticker) {
        this.ticker = ticker;
        openedAt = ticker.read();
        spokeAt = openedAt;
        answeredAt = openedAt;
    }

    /** A message, or a part of one, has come. */
    public void spoke() {
        spokeAt = ticker.read();
    }

    /** The answer to a ping has come; only the WebSocket protocol's own, which no program of the client sees. */
    public void answered() {
        answeredAt = ticker.read();
        answered = true;
    }

    /**
     * When the connection was opened.
     *
     * @return a time
     */
    public long openedAt() {
        return openedAt;
    }

    /**
     * When a message last came.
     *
     * @return a time; that of the opening if none has come
     */
    public long spokeAt() {
        return spokeAt;
    }

    /**
     * When an answer to a ping last came.
     *
     * @return a time; that of the opening if none has come
     */
    public long answeredAt() {
        return answeredAt;
    }

    /**
     * Whether a ping was ever answered.
     *
     * @return false until then
     */
    public boolean hasAnswered() {
        return answered;
    }

    /**
     * When anything last came.
     *
     * @return a time
     */
    public long heardAt() {
        return later(spokeAt, answeredAt);
    }

    /** The later of two times, of which only the difference means something. */
    static long later(long one, long other) {
        return one - other >= 0 ? one : other;
    }
}
