package io.synapse.topic;

import io.synapse.stream.BrokerException;
import java.util.concurrent.CompletionException;

/** Something about a topic was refused; nothing was done. */
public final class TopicException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** A subscriber that must not lose anything is a whole window behind. */
        OVERLOADED,
        /** There are as many topics as there may be. */
        TOO_MANY_TOPICS,
        /** There are as many patterns as there may be. */
        TOO_MANY_PATTERNS,
        /** Something else was published under the same idempotency key. */
        KEY_IN_USE,
        /** What all nodes share cannot be reached; it may have been published after all. */
        UNAVAILABLE
    }

    private final Reason reason;

    TopicException(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    /** What a broker's failure means; what is no refusal is thrown on as it is. */
    static RuntimeException of(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof BrokerException refused) {
            return new TopicException(
                    switch (refused.reason()) {
                        case TOO_MANY_TOPICS -> Reason.TOO_MANY_TOPICS;
                        case KEY_IN_USE -> Reason.KEY_IN_USE;
                        case UNAVAILABLE -> Reason.UNAVAILABLE;
                    });
        }
        return cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }

    /**
     * Why.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
