package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.Utf8;
import io.synapse.security.Verdict.Admitted;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * One connection, which hands everything on. The container calls it by one thread at a time.
 *
 * <p>A class that extends {@link Endpoint}, and handlers that take messages in parts, because that is the only way in
 * which all three servers bound what a message may take: with annotations and whole messages Payara runs out of memory on
 * fragments, WildFly takes text without any bound, and Open Liberty one or the other.
 */
abstract class SocketEndpoint extends Endpoint {

    private static final System.Logger LOGGER = System.getLogger(SocketEndpoint.class.getName());
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration UNTIL_CUT = Duration.ofSeconds(2);

    private final SocketDependencies with;
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private Connection connection;
    private long bytes;
    private boolean refused;

    SocketEndpoint(SocketDependencies with) {
        this.with = with;
    }

    /** How this client's messages are written. */
    abstract MessageCodec codec(Admitted admitted);

    /** The connection is open; comes once, before any message. */
    abstract void opened(Connection opened, Admitted admitted);

    /** A message has come. */
    abstract void received(Inbound message);

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
        opened.setMaxTextMessageBufferSize(with.limits().messageBytes());
        opened.setMaxBinaryMessageBufferSize(with.limits().messageBytes());
        opened.setMaxIdleTimeout(0);
        with.idleTimer().takeOut(opened);
        RawConnection raw = RawConnection.of(opened);
        raw.boundWriteQueue();

        AdmittedPrincipal principal = (AdmittedPrincipal) opened.getUserPrincipal();
        Admitted admitted = principal.admitted();
        JakartaTransport transport = new JakartaTransport(
                opened, raw, with.closer(), with.cutter(), with.connections().timers());
        connection = new Connection(
                with.ids().next(), principal.remoteAddress(), transport, codec(admitted), with.connections());
        opened(connection, admitted);
        connection.onClose(() -> with.connections().timers().after(UNTIL_CUT, raw::forget));
        opened.addMessageHandler(String.class, (MessageHandler.Partial<String>) this::text);
        opened.addMessageHandler(byte[].class, (MessageHandler.Partial<byte[]>) this::binary);
        Connection present = connection;
        with.connections().timers().after(FIRST_LOOK, () -> with.closer().execute(() -> look(present, raw)));
    }

    // Payara loses the end of a connection that the client closes within milliseconds of opening it.
    private static void look(Connection connection, RawConnection raw) {
        if (connection.isOpen() && raw.isGone()) {
            connection.abort(CloseReason.INTERNAL);
        }
    }

    private void text(String part, boolean last) {
        if (isTooBig(Utf8.length(part))) {
            return;
        }
        if (last && text.isEmpty()) {
            decode(part);
        } else {
            text.append(part);
            if (last) {
                decode(text.toString());
            }
        }
    }

    private void decode(String message) {
        text.setLength(0);
        text.trimToSize();
        bytes = 0;
        received(connection.codec().decode(message));
    }

    private void binary(byte[] part, boolean last) {
        if (isTooBig(part.length)) {
            return;
        }
        data.writeBytes(part);
        if (last) {
            ByteBuffer message = ByteBuffer.wrap(data.toByteArray());
            data.reset();
            bytes = 0;
            received(connection.codec().decode(message));
        }
    }

    private boolean isTooBig(int more) {
        bytes += more;
        if (!refused && bytes > with.limits().messageBytes()) {
            tooBig();
            connection.close(CloseReason.TOO_BIG);
        }
        return refused;
    }

    private void tooBig() {
        refused = true;
        text.setLength(0);
        text.trimToSize();
        data.reset();
        with.counters().increment(Counter.FRAMES_TOO_BIG);
    }

    @Override
    public void onClose(Session closed, jakarta.websocket.CloseReason reason) {
        if (connection == null) {
            return;
        }
        if (TyrusTooBig.isMeant(reason) && !refused) {
            tooBig();
            TyrusTooBig.tell(closed, CloseReason.TOO_BIG);
        }
        connection.closed();
    }

    @Override
    public void onError(Session failed, Throwable failure) {
        LOGGER.log(Level.DEBUG, "a connection failed", failure);
    }
}
