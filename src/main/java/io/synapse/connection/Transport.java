package io.synapse.connection;

import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import java.io.IOException;

/**
 * What an {@link Outbox} needs of a WebSocket session. The outbox calls {@link #send} again only after the completion of
 * the frame before, because a container may queue without bound, fail, or throw otherwise.
 */
public interface Transport {

    /**
     * Hands one frame to the container. Must not block on the socket.
     *
     * @param frame what to send
     * @param completion called exactly once: on the caller's stack, on another thread, or, if the client never reads,
     *     never
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
