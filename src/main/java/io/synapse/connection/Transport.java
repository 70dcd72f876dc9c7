package io.synapse.connection;

import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import java.io.IOException;

/**
 * What an {@link Outbox} needs of a WebSocket session. The outbox hands over no more than the {@link #window()} before
 * frames are completed, because a container may queue without bound, fail, or throw otherwise.
 */
public interface Transport {

    /**
     * How much a container takes at a time: what it was given and has not completed.
     *
     * @param frames at least 1
     * @param bytes of all of them together; a frame alone may have any size
     */
    record Window(int frames, int bytes) {

        /** One frame at a time, which every container takes. */
        public static final Window ONE_FRAME = new Window(1, Integer.MAX_VALUE);
    }

    /**
     * How much the container takes at a time.
     *
     * @return always the same
     */
    default Window window() {
        return Window.ONE_FRAME;
    }

    /**
     * Hands one frame to the container, which sends frames in the order it gets them. Must not block on the socket.
     *
     * @param frame what to send
     * @param completion called on the caller's stack, on another thread, or, if the client never reads, never; in any
     *     order, and what is called twice counts once
     */
    void send(EncodedFrame frame, Completion completion);

    /**
     * Sends a ping of the WebSocket protocol. May block; called only while no frame is on its way, and none is sent before
     * it returns.
     *
     * @throws IOException if the session is gone
     */
    void ping() throws IOException;

    /**
     * Sends a close frame and closes. Does nothing if the session is closed. Must not throw and must not wait.
     *
     * @param reason why
     */
    void close(CloseReason reason);

    /**
     * Closes without waiting for anything the client might do: tries a close frame, then drops the connection. Must not
     * throw and must not wait.
     *
     * @param reason why
     */
    void abort(CloseReason reason);

    /** Learns how the sending of one frame ended. */
    @FunctionalInterface
    interface Completion {

        /**
         * The frame is sent, or cannot be.
         *
         * @param failure what went wrong; null if it is sent
         */
        void done(Throwable failure);
    }
}
