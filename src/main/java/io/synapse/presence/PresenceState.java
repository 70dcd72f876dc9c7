package io.synapse.presence;

import io.synapse.protocol.Body;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Everybody who is listed on a topic.
 *
 * @param listed their metas by key, in order of coming
 * @param counts how many there are, listed or not
 */
public record PresenceState(Map<String, List<PresenceMeta>> listed, PresenceCounts counts) implements PresenceNews {

    /** A topic without anybody. */
    public static final PresenceState EMPTY = new PresenceState(Map.of(), PresenceCounts.NONE);

    /** Closes the map to changes; whoever made it keeps no other reference. */
    public PresenceState {
        listed = Collections.unmodifiableMap(listed);
    }

    /**
     * The payload of {@code presence_state}.
     *
     * @return {@code {key: {metas: […]}}}
     */
    public Body body() {
        return generator -> PresenceBodies.presences(generator, listed);
    }

    /**
     * An answer to who wants the list.
     *
     * @param topic as the one who asked has named it
     * @return {@code {topic, count, keys, truncated?, state}}
     */
    public Body body(String topic) {
        return generator -> {
            generator.writeStartObject();
            generator.writeStringField("topic", topic);
            generator.writeNumberField("count", counts.count());
            generator.writeNumberField("keys", counts.keys());
            if (counts.truncated()) {
                generator.writeBooleanField("truncated", true);
            }
            generator.writeFieldName("state");
            body().writeTo(generator);
            generator.writeEndObject();
        };
    }
}
