package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.connection.HeartbeatRule;
import io.synapse.connection.Transport;
import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.Invalid;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.Utf8;
import io.synapse.routing.Guard;
import io.synapse.security.Verdict.Admitted;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One connection: puts its messages together and hands them on. The container calls it by one thread at a time.
 *
 * <p>Messages are taken in parts, because that is the only way in which all three servers bound what a message may take:
 * with whole messages Payara runs out of memory on fragments, WildFly takes text without any bound, and Open Liberty one
 * or the other.
 */
final class Socket {

    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);
    private static final Duration UNTIL_CUT = Duration.ofSeconds(2);
    private static final Duration UNTIL_OVER = JakartaTransport.CLOSE_GRACE.plusSeconds(1);

    private final SocketDependencies with;
    private final StringBuilder text = new StringBuilder();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final Connection connection;
    private final Consumer<Inbound> messages;
    private long bytes;
    private boolean refused;

    /** What a client says, and how. */
    interface Speech {

        /** How this client's messages are written. */
        MessageCodec codec(Admitted admitted);

        /** When a connection is idle. */
        HeartbeatRule heartbeat();

        /** The connection is open; returns what takes its messages. */
        Consumer<Inbound> open(Connection connection, Admitted admitted, Guard guard);
    }

    Socket(SocketDependencies with, Session opened, Speech speech) {
        this.with = with;
        opened.setMaxTextMessageBufferSize(with.limits().messageBytes());
        opened.setMaxBinaryMessageBufferSize(with.limits().messageBytes());
        opened.setMaxIdleTimeout(0);
        with.idleTimer().takeOut(opened);
        RawConnection raw = RawConnection.of(opened);
        raw.boundWriteQueue();

        AdmittedPrincipal principal = (AdmittedPrincipal) opened.getUserPrincipal();
        Admitted admitted = principal.admitted();
        String id = with.ids().next();
        Transport transport = new AuditedTransport(
                new JakartaTransport(
                        opened,
                        raw,
                        with.closer(),
                        with.cutter(),
                        with.connections().timers()),
                with.audit(),
                admitted.identity(),
                principal.remoteAddress(),
                id);
        connection = new Connection(
                id,
                principal.remoteAddress(),
                principal.dialledAt(),
                transport,
                speech.codec(admitted),
                with.connections());
        connection.onClose(principal.place()::release);
        if (!principal.place().open()) {
            // The handshake took so long that its place was given to somebody else.
            connection.abort(CloseReason.SERVICE_RESTART);
        }
        messages = opened(speech, admitted, with.guards().of(principal.place()));
        with.selectors().keepAwake(raw, connection);
        connection.onClose(() -> with.connections().timers().after(UNTIL_CUT, raw::forget));
        if (raw.mayHoldThreads()) {
            connection.onClose(() -> with.connections()
                    .timers()
                    .after(UNTIL_OVER, () -> with.cutter().execute(raw::cut)));
        }
        opened.addMessageHandler(String.class, (MessageHandler.Partial<String>) this::text);
        opened.addMessageHandler(byte[].class, (MessageHandler.Partial<byte[]>) this::binary);
        Connection present = connection;
        opened.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>)
                pong -> present.activity().answered());
        with.heartbeats().watch(connection, speech.heartbeat());
        with.connections().timers().after(FIRST_LOOK, () -> with.closer().execute(() -> look(present, raw)));
    }

    // The container never tells the end of a connection whose opening failed.
    private Consumer<Inbound> opened(Speech speech, Admitted admitted, Guard guard) {
        try {
            return speech.open(connection, admitted, guard);
        } catch (RuntimeException e) {
            connection.abort(CloseReason.INTERNAL);
            throw e;
        }
    }

    // Payara loses the end of a connection that the client closes within milliseconds of opening it.
    private static void look(Connection connection, RawConnection raw) {
        if (connection.isOpen() && raw.isGone()) {
            connection.abort(CloseReason.INTERNAL);
        }
    }

    private void text(String part, boolean last) {
        connection.activity().spoke();
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
        with.counters().increment(Counter.FRAMES_RECEIVED);
        connection.codec().decode(message, this::take);
    }

    private void take(Inbound message) {
        if (message instanceof Invalid invalid && invalid.kind() == Invalid.Kind.TOO_BIG) {
            refuse();
        } else {
            messages.accept(message);
        }
    }

    private void binary(byte[] part, boolean last) {
        connection.activity().spoke();
        if (isTooBig(part.length)) {
            return;
        }
        data.writeBytes(part);
        if (last) {
            ByteBuffer message = ByteBuffer.wrap(data.toByteArray());
            data.reset();
            bytes = 0;
            with.counters().increment(Counter.FRAMES_RECEIVED);
            connection.codec().decode(message, this::take);
        }
    }

    private boolean isTooBig(int more) {
        bytes += more;
        if (!refused && bytes > with.limits().messageBytes()) {
            refuse();
        }
        return refused;
    }

    private void refuse() {
        tooBig();
        connection.close(CloseReason.TOO_BIG);
    }

    private void tooBig() {
        refused = true;
        text.setLength(0);
        text.trimToSize();
        data.reset();
        with.counters().increment(Counter.FRAMES_TOO_BIG);
    }

    void closed(Session closed, jakarta.websocket.CloseReason reason) {
        if (TyrusTooBig.isMeant(reason) && !refused) {
            tooBig();
            TyrusTooBig.tell(closed, CloseReason.TOO_BIG);
        }
        connection.closed();
    }
}
