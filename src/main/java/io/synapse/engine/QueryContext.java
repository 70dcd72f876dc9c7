package io.synapse.engine;

import java.time.Duration;

/**
 * What an engine has while it answers one query. Safe for use by many threads; thoughts emitted by one thread keep
 * their order.
 */
public interface QueryContext {

    /**
     * Streams a thought to everyone who follows the query. Returns as soon as the thought has its position; it waits
     * for no socket, but it may block for a while when every client that follows the query is far behind.
     *
     * @param thought the thought
     * @return its {@code seq}: 1 for the first, then counting up by one
     * @throws QueryCancelledException if the query has ended: interrupted, timed out, or past its output limit
     */
    long emit(Thought thought);

    /**
     * Streams a thought; see {@link #emit(Thought)}.
     *
     * @param type a short lower-case word
     * @param content the step
     * @return its {@code seq}
     * @throws QueryCancelledException if the query has ended
     */
    default long emit(String type, String content) {
        return emit(Thought.of(type, content));
    }

    /**
     * Tells how far a long step has come, as a thought of type {@code progress}.
     *
     * @param percent 0 to 100
     * @param message what is being done
     * @return its {@code seq}
     * @throws QueryCancelledException if the query has ended
     */
    default long progress(int percent, String message) {
        return emit(Thought.of("progress", percent + "% " + message));
    }

    /**
     * Tells what is being done in a long step, as a thought of type {@code progress}, where it cannot be said how much is
     * left.
     *
     * @param message what is being done
     * @return its {@code seq}
     * @throws QueryCancelledException if the query has ended
     */
    default long progress(String message) {
        return emit(Thought.of("progress", message));
    }

    /**
     * The tools that whoever asked may call.
     *
     * @return the same at every call
     */
    default Toolbox tools() {
        return Toolbox.EMPTY;
    }

    /**
     * How the wish to stop is seen.
     *
     * @return the same token at every call
     */
    CancellationToken cancellation();

    /**
     * Waits, as long as the query goes on. For pacing and polling; better than a sleep, because it ends at once when
     * the query is to stop, and because tests control its clock.
     *
     * @param time how long; nothing happens if zero or negative
     * @throws QueryCancelledException if the query ended before the time had passed
     */
    void pause(Duration time);
}
