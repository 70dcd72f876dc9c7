package io.synapse.engine;

import java.time.Duration;

/** What a tool has while it does one call. Safe for use by many threads. */
public interface ToolContext {

    /**
     * Tells everyone who follows the call how far it has come. May block for a while when all of them are far behind.
     *
     * @param percent 0 to 100; what lies outside is moved to the nearer end
     * @param message what is being done
     * @return its {@code seq}: 1 for the first, then counting up by one
     * @throws QueryCancelledException if the call has ended: interrupted, timed out, or past its output limit
     */
    long progress(int percent, String message);

    /**
     * Tells everyone who follows the call what is being done, where it cannot be said how much is left.
     *
     * @param message what is being done
     * @return its {@code seq}
     * @throws QueryCancelledException if the call has ended
     */
    long progress(String message);

    /**
     * How the wish to stop is seen.
     *
     * @return the same token at every call
     */
    CancellationToken cancellation();

    /**
     * Waits, as long as the call goes on; see {@link QueryContext#pause}.
     *
     * @param time how long; nothing happens if zero or negative
     * @throws QueryCancelledException if the call ended before the time had passed
     */
    void pause(Duration time);
}
