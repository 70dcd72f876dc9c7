package io.synapse.security;

import java.util.function.Consumer;

/**
 * Tells that credentials do not count any more, so that what was let in with them can be sent away. What ends by itself at a
 * time that was known is not told here: see {@link Credential#expiresAt()}. Safe for use by many threads.
 */
public interface Revocations {

    /**
     * Tells all who want to know. Returns when they have been told.
     *
     * @param source the {@link Credential#source()} of what was revoked; never empty
     */
    void announce(String source);

    /**
     * Wants to know from now on, for as long as the application runs.
     *
     * @param listener told each source; must not block, and is never called with a lock held. What it throws is logged, and the
     *     others are told nevertheless
     */
    void subscribe(Consumer<String> listener);
}
