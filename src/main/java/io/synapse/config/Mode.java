package io.synapse.config;

/** Whether this node is for trying out or for use. */
public enum Mode {
    /** Loopback clients only; the key {@code test_key} is accepted. */
    DEVELOPMENT,
    /** Any client with a configured credential; without credentials the node does not become ready. */
    PRODUCTION
}
