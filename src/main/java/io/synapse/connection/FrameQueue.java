package io.synapse.connection;

import io.synapse.config.OutboxConfig;
import io.synapse.protocol.EncodedFrame;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * The frames of one outbox: two lanes, the one that is in flight, and what all of them amount to. Messages and bytes
 * count until a frame's flight is over. Not thread-safe: the outbox's lock guards it.
 */
final class FrameQueue {

    private final OutboxConfig config;
    private final Queue<EncodedFrame> control = new ArrayDeque<>();
    private final Queue<EncodedFrame> data = new ArrayDeque<>();
    private EncodedFrame inFlight;
    private int messages;
    private long bytes;
    private long sent;
    private long dropped;

    FrameQueue(OutboxConfig config) {
        this.config = config;
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

    /** The next frame goes into flight; null if one is in flight or none waits. */
    EncodedFrame launch() {
        if (inFlight == null) {
            inFlight = control.isEmpty() ? data.poll() : control.poll();
            return inFlight;
        }
        return null;
    }

    boolean isFlying() {
        return inFlight != null;
    }

    /** The flight is over. */
    void land(boolean arrived) {
        messages--;
        bytes -= inFlight.bytes();
        inFlight = null;
        if (arrived) {
            sent++;
        } else {
            dropped++;
        }
    }

    /** Drops everything, the frame in flight too. */
    void clear() {
        dropped += messages;
        control.clear();
        data.clear();
        inFlight = null;
        messages = 0;
        bytes = 0;
    }

    Outbox.Status status(boolean closed) {
        return new Outbox.Status(messages, bytes, sent, dropped, closed);
    }
}
