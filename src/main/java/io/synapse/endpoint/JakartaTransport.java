package io.synapse.endpoint;

import io.synapse.connection.Transport;
import io.synapse.platform.Timers;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.RemoteEndpoint.Async;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The send side of a container's session.
 *
 * <p>Closing blocks for seconds on Open Liberty when the client does not read, and leaves the TCP connection open on all
 * servers; so it runs on a thread of its own, and what is still there a little later is cut. By other threads: the cut is
 * what ends a close that blocks.
 */
final class JakartaTransport implements Transport {

    private static final System.Logger LOGGER = System.getLogger(JakartaTransport.class.getName());
    static final Duration CLOSE_GRACE = Duration.ofSeconds(5);
    private static final Duration ABORT_GRACE = Duration.ofSeconds(1);

    private final Session session;
    private final Async remote;
    private final RawConnection raw;
    private final Executor closer;
    private final Executor cutter;
    private final Timers timers;

    JakartaTransport(Session session, RawConnection raw, Executor closer, Executor cutter, Timers timers) {
        this.session = session;
        this.remote = session.getAsyncRemote();
        this.raw = raw;
        this.closer = closer;
        this.cutter = cutter;
        this.timers = timers;
    }

    @Override
    public Window window() {
        return raw.window();
    }

    @Override
    public void send(EncodedFrame frame, Completion completion) {
        SendHandler handler = result -> completion.done(result.isOK() ? null : failure(result.getException()));
        if (frame instanceof EncodedFrame.Text text) {
            remote.sendText(text.text(), handler);
        } else if (frame instanceof EncodedFrame.Binary binary) {
            remote.sendBinary(ByteBuffer.wrap(binary.data().toArray()), handler);
        }
    }

    @Override
    public void ping() throws IOException {
        session.getBasicRemote().sendPing(ByteBuffer.allocate(0));
    }

    // A container may say that it failed and not say why; the outbox takes null for success.
    private static Throwable failure(Throwable cause) {
        return cause == null ? new IOException("the container could not send a frame") : cause;
    }

    @Override
    public void close(CloseReason reason) {
        closer.execute(() -> closeNow(reason));
        timers.after(CLOSE_GRACE, () -> cutter.execute(raw::cut));
    }

    @Override
    public void abort(CloseReason reason) {
        closer.execute(() -> closeNow(reason));
        timers.after(ABORT_GRACE, () -> cutter.execute(raw::cut));
    }

    private void closeNow(CloseReason reason) {
        try {
            session.close(new jakarta.websocket.CloseReason(CloseCodes.getCloseCode(reason.code()), reason.phrase()));
        } catch (IOException | IllegalStateException e) {
            LOGGER.log(Level.DEBUG, "a session was closed already", e);
        }
    }
}
