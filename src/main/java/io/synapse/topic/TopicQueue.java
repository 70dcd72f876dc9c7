package io.synapse.topic;

import io.synapse.stream.PositionedStream;
import io.synapse.stream.PositionedStream.Slice;

/**
 * What is kept of a topic, or of all topics of a pattern that somebody subscribes to, at one moment.
 *
 * @param key of the topic, or the pattern
 * @param pattern whether it is one
 * @param messages how many are kept
 * @param bytes their memory
 * @param full whether the last message was refused, because a subscriber that must not lose anything was too far behind,
 *     and it still is behind
 */
public record TopicQueue(String key, boolean pattern, long messages, long bytes, boolean full) {

    static TopicQueue of(String key, PositionedStream<?> stream, boolean pattern, boolean full) {
        Slice<?> oldest = stream.read(0, 1);
        long messages = oldest.entries().isEmpty() ? 0 : Math.max(0, stream.end() - oldest.first() + 1);
        return new TopicQueue(key, pattern, messages, stream.bytes(), full);
    }
}
