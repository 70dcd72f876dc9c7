package io.synapse.engine;

import java.util.Objects;

/** A failure whose reason the client may see, as {@code data.reason} of the {@code error} result. */
public class EngineException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * A failure with a reason for the client.
     *
     * @param reason a short lower-case name such as {@code upstream_unavailable}; no secrets
     * @param message for logs and for the client's developers, as {@code data.message}; no secrets
     * @param cause what happened, for logs only; may be null
     */
    public EngineException(String reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * The name of the failure.
     *
     * @return never null
     */
    public String reason() {
        return reason;
    }
}
