package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.Utf8;
import io.synapse.routing.CortexSession;
import io.synapse.security.Verdict.Admitted;
import jakarta.inject.Inject;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The cortex socket: one instance for each connection, which hands everything on. The container calls it by one thread at
 * a time.
 *
 * <p>A class that extends {@link Endpoint}, and handlers that take messages in parts, because that is the only way in
 * which all three servers bound what a message may take: with annotations and whole messages Payara runs out of memory on
 * fragments, WildFly takes text without any bound, and Open Liberty one or the other.
 */
public class CortexEndpoint extends Endpoint {

    /** Where the Phoenix client dials when it is given {@code /cortex}. */
    public static final String PATH = "/cortex/websocket";

    private static final System.Logger LOGGER = System.getLogger(CortexEndpoint.class.getName());
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration UNTIL_CUT = Duration.ofSeconds(2);

    private final CortexDependencies with;
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private Connection connection;
    private CortexSession session;
    private long bytes;
    private boolean refused;

    /** For Open Liberty, which wants to see it and never calls it. */
    public CortexEndpoint() {
        this(null);
    }

    /**
     * Made for one connection.
     *
     * @param with what all endpoints share
     */
    @Inject
    public CortexEndpoint(CortexDependencies with) {
        this.with = with;
    }

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
        PhoenixCodec codec =
                with.codecs().open(admitted.protocolVersion() == 1 ? PhoenixCodec.Version.V1 : PhoenixCodec.Version.V2);
        JakartaTransport transport = new JakartaTransport(
                opened, raw, with.closer(), with.cutter(), with.connections().timers());
        connection = new Connection(with.ids().next(), principal.remoteAddress(), transport, codec, with.connections());
        session = with.router().open(connection, admitted.identity());
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
            received(part);
        } else {
            text.append(part);
            if (last) {
                received(text.toString());
            }
        }
    }

    private void received(String message) {
        text.setLength(0);
        text.trimToSize();
        bytes = 0;
        with.router().route(session, connection.codec().decode(message));
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
            with.router().route(session, connection.codec().decode(message));
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
