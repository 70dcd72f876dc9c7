package io.synapse.config;

/**
 * Bounds on replays, each of which keeps its query in memory until it ends.
 *
 * @param max at a time, of all connections
 * @param perConnection at a time, of one
 */
public record ReplayConfig(int max, int perConnection) {

    /** What holds where nothing is configured. */
    public static final ReplayConfig DEFAULT = new ReplayConfig(100, 4);
}
