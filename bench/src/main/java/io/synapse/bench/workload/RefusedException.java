package io.synapse.bench.workload;

/** An endpoint answered with an error before anything was measured. */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
