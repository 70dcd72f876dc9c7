package io.synapse.presence;

import io.synapse.protocol.Body;
import io.synapse.protocol.Payloads;

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

    /**
     * An answer to who wants the counts only.
     *
     * @param topic as the one who asked has named it
     * @return {@code {topic, count, keys}}
     */
    public Body body(String topic) {
        return Payloads.of("topic", topic, "count", count, "keys", keys);
    }
}
