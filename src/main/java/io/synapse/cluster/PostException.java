package io.synapse.cluster;

/** A node did not answer as it should. */
public final class PostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why not. */
    public enum Reason {
        /** The message could not be sent: the node was not asked. */
        UNREACHABLE,
        /** No answer came in time: the node may have done what it was asked, or not. */
        NO_ANSWER,
        /** The node said that it failed. */
        FAILED
    }

    private final Reason reason;

    /**
     * A failure.
     *
     * @param reason why
     * @param message for people
     */
    public PostException(Reason reason, String message) {
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
