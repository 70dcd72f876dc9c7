package io.synapse.config;

/** A configuration property has a value that cannot be used. */
public class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Names the property and what is wrong with it.
     *
     * @param property the full name, such as {@code synapse.outbox.max-bytes}
     * @param problem what is wrong, without the value of a secret
     */
    public ConfigException(String property, String problem) {
        super(property + ": " + problem);
    }
}
