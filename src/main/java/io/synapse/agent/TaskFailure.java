package io.synapse.agent;

import io.synapse.engine.EngineException;

/** A failure at a worker, or of one. It has no stack trace: whatever went wrong did so in another program. */
final class TaskFailure extends EngineException {

    private static final long serialVersionUID = 1L;

    TaskFailure(String reason, String message) {
        super(reason, message, null);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
