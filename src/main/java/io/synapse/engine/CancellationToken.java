package io.synapse.engine;

/** The wish to stop one query, as its engine sees it. Safe for use by many threads. */
public interface CancellationToken {

    /**
     * Whether the query is to stop.
     *
     * @return once true, always true
     */
    boolean isCancelled();

    /**
     * Ends a step of work if the query is to stop.
     *
     * @throws QueryCancelledException if it is
     */
    void throwIfCancelled();

    /**
     * Says how to stop what a thread interrupt does not reach: close a socket, abort a request.
     *
     * <p>The action runs once, on a managed thread that may be another than the engine's, at once if the query is to
     * stop already. It must be quick and must not wait for the engine. What it throws is logged.
     *
     * @param action what to do
     * @return takes the action back, when the step it belongs to is over
     */
    Registration onCancel(Runnable action);

    /** Takes an action back. */
    @FunctionalInterface
    interface Registration extends AutoCloseable {

        /** Takes the action back; does nothing if it has run or was taken back. */
        @Override
        void close();
    }
}
