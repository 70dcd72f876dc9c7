package io.synapse.stream;

/** A broker did not do what it was asked; unless the reason says otherwise, nothing was appended. */
public final class BrokerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why not. */
    public enum Reason {
        /** There are as many topics as there may be, and all are in use. */
        TOO_MANY_TOPICS,
        /** Something else was published under the same idempotency key. */
        KEY_IN_USE,
        /**
         * What holds the topics cannot be reached, or did not answer. Something may have been appended after all; who tries again
         * with the same idempotency key does not publish twice.
         */
        UNAVAILABLE
    }

    private final Reason reason;

    /**
     * A refusal.
     *
     * @param reason why
     * @param message for people
     */
    public BrokerException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    /**
     * Why not.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
