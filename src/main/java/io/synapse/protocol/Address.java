package io.synapse.protocol;

/**
 * Where on its connection a message belongs, and which reply it expects. Any part may be null, as on the wire.
 *
 * @param joinRef the join of the topic that the sender means
 * @param ref what the reply must quote
 * @param topic the topic; null where the client left it out
 */
public record Address(Ref joinRef, Ref ref, String topic) {

    /** The longest topic, in characters. */
    public static final int MAX_TOPIC_LENGTH = 255;

    /** Nowhere in particular. */
    public static final Address NONE = new Address(null, null, null);

    /**
     * The same address under another topic.
     *
     * @param other the topic
     * @return a new address
     */
    public Address withTopic(String other) {
        return new Address(joinRef, ref, other);
    }

    /**
     * The same address under another join.
     *
     * @param other the join
     * @return a new address
     */
    public Address withJoinRef(Ref other) {
        return new Address(other, ref, topic);
    }
}
