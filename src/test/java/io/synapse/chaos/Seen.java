package io.synapse.chaos;

/** What a client saw of a topic, one after the other. */
public sealed interface Seen {

    /**
     * It subscribed without a position: what comes has greater offsets.
     *
     * @param epoch which life of the topic
     * @param offset of the last message that it is not owed
     */
    record Began(String epoch, long offset) implements Seen {}

    /**
     * A message.
     *
     * @param epoch which life of the topic
     * @param offset its position
     * @param id what its publisher called it
     * @param ofNode whether it says that it is of one node only
     */
    record Event(String epoch, long offset, String id, boolean ofNode) implements Seen {}

    /**
     * It was told that something is missing: {@code recovered:false}, or a gap.
     *
     * @param epoch of the position from which it goes on
     * @param offset of the last message that it is not owed any more
     */
    record Lost(String epoch, long offset) implements Seen {}
}
