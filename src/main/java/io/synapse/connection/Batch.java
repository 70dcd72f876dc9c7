package io.synapse.connection;

import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.FrameJoiner;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * What is handed to the transport at a time: one frame, and what it stands for.
 *
 * @param frame what is sent
 * @param messages how many offered frames it holds
 * @param bytes what these amount to, as they were counted when they were offered
 */
record Batch(EncodedFrame frame, int messages, long bytes) {

    /**
     * Takes the next frame, which must be there, and what may go with it, out of the lanes. The order is the same as if each
     * went by itself, and nothing is waited for. Together they have no more than so many bytes; alone the first may have any
     * size.
     */
    static Batch next(Queue<EncodedFrame> control, Queue<EncodedFrame> data, FrameJoiner joiner, long room) {
        EncodedFrame first = front(control, data).remove();
        List<EncodedFrame> joined = null;
        long bytes = first.bytes();
        int messages = 1;
        Queue<EncodedFrame> lane = front(control, data);
        while (!lane.isEmpty()
                && bytes + messages + lane.peek().bytes() <= room
                && joiner.mayFollow(first, bytes + messages - 1, lane.peek())) {
            if (joined == null) {
                joined = new ArrayList<>(List.of(first));
            }
            EncodedFrame next = lane.poll();
            joined.add(next);
            bytes += next.bytes();
            messages++;
            lane = front(control, data);
        }
        return new Batch(joined == null ? first : joiner.join(joined), messages, bytes);
    }

    private static Queue<EncodedFrame> front(Queue<EncodedFrame> control, Queue<EncodedFrame> data) {
        return control.isEmpty() ? data : control;
    }
}
