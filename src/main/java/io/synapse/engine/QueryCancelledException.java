package io.synapse.engine;

/** Thrown to an engine whose query has ended. Let it pass: it is how a stop reaches the top of the engine's stack. */
public class QueryCancelledException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Says why the query ended.
     *
     * @param reason for logs
     */
    public QueryCancelledException(String reason) {
        // No stack trace: it is thrown once for each interrupted query and says nothing that the reason does not.
        super(reason, null, false, false);
    }
}
