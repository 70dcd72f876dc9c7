package io.synapse.engine;

import java.time.Duration;
import java.util.Objects;

/** A failure that may be gone when the client asks again. It is common where much is asked, so it has no stack trace. */
public class TryAgainException extends EngineException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * A failure with a reason for the client, and a time.
     *
     * @param reason a short lower-case name such as {@code no_worker}; no secrets
     * @param message for logs and for the client's developers, as {@code data.message}; no secrets
     * @param retryAfter when it makes sense to ask again, as {@code data.retry_after_ms}
     */
    public TryAgainException(String reason, String message, Duration retryAfter) {
        super(reason, message, null);
        this.retryAfter = Objects.requireNonNull(retryAfter, "retryAfter");
    }

    /**
     * When it makes sense to ask again.
     *
     * @return never null
     */
    public Duration retryAfter() {
        return retryAfter;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
