package io.synapse.engine.openai;

import io.synapse.engine.EngineException;
import java.time.Duration;
import java.util.Optional;

/** The upstream failed, or what it said cannot be understood. Its message holds no secret. */
final class UpstreamException extends EngineException {

    private static final long serialVersionUID = 1L;

    /** Whose fault it is, which decides what is tried next. */
    enum Fault {
        /** It may go well another time: unreachable, failing, broken. */
        PASSING,
        /** It works, and has no time for us now. */
        BUSY,
        /** The upstream does not do its work, and asking again at once would not help: too slow, not understood. */
        LASTING,
        /** The request is refused, or this server's settings are: the upstream works. */
        OURS
    }

    private final Fault fault;
    private final transient Optional<Duration> retryAfter;

    UpstreamException(Fault fault, String reason, String message, Throwable cause) {
        this(fault, reason, message, cause, Optional.empty());
    }

    UpstreamException(Fault fault, String reason, String message, Throwable cause, Optional<Duration> retryAfter) {
        super(reason, message, cause);
        this.fault = fault;
        this.retryAfter = retryAfter;
    }

    static UpstreamException broken(Throwable cause) {
        return new UpstreamException(
                Fault.PASSING, "upstream_broken", "the model's stream broke off before its end", cause);
    }

    static UpstreamException slow(String what, Duration limit) {
        return new UpstreamException(
                Fault.LASTING, "upstream_timeout", what + " within " + limit.toMillis() + " ms", null);
    }

    static UpstreamException notUnderstood(String what, Throwable cause) {
        return new UpstreamException(Fault.LASTING, "upstream_protocol", what, cause);
    }

    /** Whether the same request may go well a little later. */
    boolean isPassing() {
        return fault == Fault.PASSING || fault == Fault.BUSY;
    }

    Fault fault() {
        return fault;
    }

    /** What the upstream asked us to wait. */
    Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
