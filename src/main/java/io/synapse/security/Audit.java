package io.synapse.security;

/** Where it is written down who did what, and who was not let in. Implementations are safe for use by many threads. */
@FunctionalInterface
public interface Audit {

    /** Writes nothing down. */
    Audit NONE = event -> {};

    /**
     * Writes an event down, with the present time. Does not throw.
     *
     * @param event what happened; holds no secrets
     */
    void record(AuditEvent event);
}
