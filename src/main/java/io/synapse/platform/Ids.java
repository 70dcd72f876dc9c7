package io.synapse.platform;

/**
 * Makes names that nobody can guess and that never repeat. Order is never read from an id: it comes from positions.
 */
@FunctionalInterface
public interface Ids {

    /**
     * A new id.
     *
     * @return 22 characters of the URL-safe base64 alphabet, 128 random bits
     */
    String next();
}
