package io.synapse.presence;

/**
 * How many are present on a topic.
 *
 * @param count members
 * @param keys different keys
 * @param truncated whether there are more members than are listed
 */
public record PresenceCounts(int count, int keys, boolean truncated) {

    /** Nobody. */
    public static final PresenceCounts NONE = new PresenceCounts(0, 0, false);
}
