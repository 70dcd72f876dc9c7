package io.synapse.connection;

import io.synapse.config.OutboxConfig;
import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.FrameJoiner;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The frames of one outbox: two lanes, and what all of them amount to, with those that are in flight: messages and bytes
 * count until the transport is done with a frame; one that is joined of several counts as these. Not thread-safe: the
 * outbox's lock guards it.
 */
final class FrameQueue {

    private final OutboxConfig config;
    private final Queue<EncodedFrame> control = new ArrayDeque<>();
    private final Queue<EncodedFrame> data = new ArrayDeque<>();
    private final FrameJoiner joiner;
    private int messages;
    private long bytes;
    private long sent;
    private long sentFrames;
    private long savedBytes;
    private long dropped;

    FrameQueue(OutboxConfig config, FrameJoiner joiner) {
        this.config = config;
        this.joiner = joiner;
    }

    /** Takes a frame; false, and it counts as dropped, if a bound is reached. */
    boolean add(Outbox.Lane lane, EncodedFrame frame) {
        // An empty queue takes any frame, or a large one could never be sent at all.
        if (messages > 0 && (messages >= config.maxMessages() || bytes + frame.bytes() > config.maxBytes())) {
            dropped++;
            return false;
        }
        (lane == Outbox.Lane.CONTROL ? control : data).add(frame);
        messages++;
        bytes += frame.bytes();
        return true;
    }

    /** A frame came too late to be taken. */
    void refuse() {
        dropped++;
    }

    /** Whether a stream may add a frame of this size. */
    boolean hasRoom(long frameBytes) {
        return messages == 0
                || bytes < config.lowWaterBytes()
                        && messages < config.maxMessages() / 2
                        && bytes + frameBytes <= config.maxBytes();
    }

    /** The frame that goes next; null if none waits. */
    EncodedFrame first() {
        return control.isEmpty() ? data.peek() : control.peek();
    }

    /** Takes it out of its lane, with what may go with it in so many bytes; all of it counts until it is {@link #done}. */
    Batch take(long room) {
        return Batch.next(control, data, joiner, room);
    }

    /** The transport is done with what was taken out at a time. */
    void done(Batch over, boolean arrived) {
        messages -= over.messages();
        bytes -= over.bytes();
        if (arrived) {
            sent += over.messages();
            sentFrames++;
            savedBytes += over.frame().savedBytes();
        } else {
            dropped += over.messages();
        }
    }

    /** Drops everything, what was taken out too. */
    void clear() {
        dropped += messages;
        control.clear();
        data.clear();
        messages = 0;
        bytes = 0;
    }

    Outbox.Status status(boolean closed) {
        return new Outbox.Status(messages, bytes, sent, dropped, closed);
    }

    Outbox.Traffic traffic() {
        return new Outbox.Traffic(sentFrames, savedBytes);
    }
}
