package io.synapse.control;

import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Payloads;

/** Something was not done, for a reason that the caller may know: the same words as on the sockets. */
public final class ControlException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ErrorBody body;

    /**
     * A refusal.
     *
     * @param body why
     */
    public ControlException(ErrorBody body) {
        // It is an answer and no accident, so nobody looks where it came from.
        super(body.reason(), null, false, false);
        this.body = body;
    }

    static ControlException of(String reason, Object... namesAndValues) {
        return new ControlException(Payloads.refusal(reason, namesAndValues));
    }

    /**
     * Why.
     *
     * @return the reason, and what else helps
     */
    public ErrorBody body() {
        return body;
    }
}
