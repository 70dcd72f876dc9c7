package io.synapse.endpoint;

import io.synapse.connection.Transport;
import jakarta.websocket.Session;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * The TCP connection under a session. The WebSocket API has no abort: when a client does not read, {@code close()} leaves
 * the connection open on every server (measured on Payara 6.2025.10, WildFly 39, Open Liberty 26.0.0.3), with all that
 * waits in it. Taken when the session opens, because the way to it is gone after a close.
 *
 * <p>Where the way is not found, nothing is cut, and the server's own time-outs decide. Safe for use by many threads.
 */
final class RawConnection {

    private static final System.Logger LOGGER = System.getLogger(RawConnection.class.getName());

    /** What Grizzly may hold in its heap for one slow reader and call sent; its own default is 8 MiB. */
    private static final int GRIZZLY_QUEUE_BYTES = 65_536;

    /**
     * What Undertow gathers into one system call; beyond this it would only keep more in its heap. Measured: with one frame
     * at a time it needs twice the CPU.
     */
    private static final Transport.Window UNDERTOW_WINDOW = new Transport.Window(32, 65_536);

    /** Open Liberty's thread that closes, and ours. */
    private static final int MOST_WRITERS = 2;

    private enum Kind {
        GRIZZLY,
        UNDERTOW,
        LIBERTY,
        UNKNOWN
    }

    private final Kind kind;
    private final Object connection;
    private final Object link;
    private final Optional<Object> libertyWriter;

    private RawConnection(Kind kind, Object connection, Object link) {
        this.kind = kind;
        this.connection = connection;
        this.link = link;
        this.libertyWriter = kind == Kind.LIBERTY ? Reflection.path(connection, "writer") : Optional.empty();
    }

    static RawConnection of(Session session) {
        String name = session.getClass().getName();
        if (name.equals("org.glassfish.tyrus.core.TyrusSession")) {
            Object handler = Reflection.path(
                            session, "asyncRemote", "webSocket", "protocolHandler", "writer", "tyrusHttpUpgradeHandler")
                    .orElse(null);
            return handler == null
                    ? of(Kind.UNKNOWN, Optional.empty(), null)
                    : of(Kind.GRIZZLY, grizzly(handler), handler);
        }
        if (name.equals("io.undertow.websockets.jsr.UndertowSession")) {
            return of(Kind.UNDERTOW, Reflection.call(session, "getWebSocketChannel"), null);
        }
        if (name.startsWith("com.ibm.ws.wsoc.")) {
            Object link = Reflection.path(session, "impl", "connLink").orElse(null);
            return link == null
                    ? of(Kind.UNKNOWN, Optional.empty(), null)
                    : of(Kind.LIBERTY, Reflection.path(link, "tcpConnection"), link);
        }
        return of(Kind.UNKNOWN, Optional.empty(), null);
    }

    private static RawConnection of(Kind kind, Optional<Object> connection, Object link) {
        return new RawConnection(connection.isPresent() ? kind : Kind.UNKNOWN, connection.orElse(null), link);
    }

    private static Optional<Object> grizzly(Object handler) {
        return Reflection.path(handler, "?handler", "os", "ob", "grizzlyOutputBuffer", "ctx")
                .flatMap(context -> Reflection.call(context, "getConnection"));
    }

    /**
     * How much the container may have in its hands. Open Liberty fails a frame that comes while another is being sent, and
     * Payara writes each frame by itself, so that more of them would gain nothing.
     */
    Transport.Window window() {
        return kind == Kind.UNDERTOW ? UNDERTOW_WINDOW : Transport.Window.ONE_FRAME;
    }

    /** Keeps the container from holding more of our frames than it must. */
    void boundWriteQueue() {
        if (kind == Kind.GRIZZLY) {
            Reflection.call(connection, "setMaxAsyncWriteQueueSize", GRIZZLY_QUEUE_BYTES);
        }
    }

    /** Whether the TCP connection is known to be gone; Payara may lose the news when a client goes at once. */
    boolean isGone() {
        return kind == Kind.GRIZZLY
                && Reflection.call(connection, "isOpen")
                        .map(Boolean.FALSE::equals)
                        .orElse(false);
    }

    /** Where Open Liberty's selectors take their work from; empty on other servers. */
    Optional<Object> workQueues() {
        return kind == Kind.LIBERTY ? Reflection.path(connection, "tcpChannel", "workQueueManager") : Optional.empty();
    }

    /**
     * Whether the container may leave a thread of its own, or one of ours, in the writing of a frame when this connection
     * has ended, which {@link #cut} gives back.
     */
    boolean mayHoldThreads() {
        return libertyWriter.isPresent();
    }

    /** Drops the connection, and with it what the kernel has not sent. May block for a moment. */
    void cut() {
        try {
            socket().ifPresent(RawConnection::lingerNot);
            switch (kind) {
                case GRIZZLY -> Reflection.call(connection, "terminateSilently");
                case UNDERTOW -> ((Closeable) connection).close();
                case LIBERTY -> {
                    Reflection.path(link, "vConnection")
                            .ifPresent(virtual -> Reflection.path(link, "deviceConnLink")
                                    .ifPresent(device -> Reflection.call(device, "close", virtual, null)));
                    libertyWriter.ifPresent(RawConnection::giveBackThreads);
                }
                case UNKNOWN -> LOGGER.log(Level.DEBUG, "no way to the TCP connection on this server");
            }
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "the connection was gone already", e);
        }
    }

    // Who writes a close frame waits for the selector, in a loop that only an error ends. A connection that is closed
    // meanwhile is no error there; nor is a frame of another thread in the same writer, for which the loop never rests
    // (26.0.0.3).
    private static void giveBackThreads(Object writer) {
        Reflection.set(writer, "blockingIOError", IOException.class, new IOException("the connection was cut"));
        Reflection.path(writer, "blockWait").ifPresent(waiting -> {
            for (int i = 0; i < MOST_WRITERS; i++) {
                Reflection.call(waiting, "simpleNotify");
            }
        });
    }

    /**
     * Lets go of what Payara would keep of a connection that has ended: Grizzly holds up to 16 used requests for each
     * thread, each with its connection's read buffer, which has the size of the largest message.
     */
    void forget() {
        if (kind == Kind.GRIZZLY) {
            Reflection.path(link, "?handler", "connection", "readHandler").ifPresent(RawConnection::dropBuffer);
            Reflection.path(link, "?handler", "upgradeInfo", "protocolHandler", "parsingState", "masker")
                    .ifPresent(RawConnection::dropBuffer);
        }
    }

    private static void dropBuffer(Object holder) {
        Reflection.set(holder, "buffer", ByteBuffer.class, null);
    }

    private Optional<SocketChannel> socket() {
        Optional<Object> channel = switch (kind) {
            case GRIZZLY -> Reflection.call(connection, "getChannel");
            case UNDERTOW -> Reflection.path(connection, "channel", "?delegate", "conduit", "socketChannel");
            case LIBERTY ->
                Reflection.call(connection, "getSocketIOChannel").flatMap(io -> Reflection.call(io, "getChannel"));
            case UNKNOWN -> Optional.empty();
        };
        return channel.filter(SocketChannel.class::isInstance).map(SocketChannel.class::cast);
    }

    // A connection that lingers keeps megabytes in the kernel for a client that will never read them.
    private static void lingerNot(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "the socket was closed already", e);
        }
    }
}
