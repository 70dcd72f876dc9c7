package io.synapse.connection;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Outbox.Lane;
import io.synapse.connection.Outbox.Offer;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.ServerMessage;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One WebSocket session. Safe for use by many threads; its own state is only its outbox and the sources that feed it.
 *
 * <p><b>End.</b> However the connection ends (the client leaves, the network breaks, the outbox gives up), {@link
 * #closed()} runs once: it drops what waits and tells everyone who asked by {@link #onClose}.
 */
public final class Connection {

    /** A stream that adds frames while there is room for them. */
    @FunctionalInterface
    public interface Source {

        /** What is broken off if the connection ends now. */
        enum Tie {
            /** Nothing that cannot be taken up again elsewhere. */
            NONE,
            /** The client waits for the end of a query. */
            QUERY,
            /** The client works on a query of somebody else's. */
            TASK
        }

        /** Adds what it has, until {@link Connection#requestRoom()} says no. Quick; called by any thread. */
        void pump();

        /**
         * What is broken off if the connection ends now.
         *
         * @return by default, nothing
         */
        default Tie tie() {
            return Tie.NONE;
        }
    }

    private static final System.Logger LOGGER = System.getLogger(Connection.class.getName());

    private final String id;
    private final String remoteAddress;
    private final Transport transport;
    private final MessageCodec codec;
    private final Counters counters;
    private final Outbox outbox;
    private final Activity activity;
    private final long dialledAt;
    private final List<Source> sources = new CopyOnWriteArrayList<>();
    private final List<Runnable> closeListeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean ended = new AtomicBoolean();

    /**
     * A connection that is open.
     *
     * @param id unguessable
     * @param remoteAddress of the client, for logs and limits
     * @param dialledAt when its handshake came, by the node's ticker
     * @param transport where frames go
     * @param codec how they are written
     * @param environment what all connections share
     */
    public Connection(
            String id,
            String remoteAddress,
            long dialledAt,
            Transport transport,
            MessageCodec codec,
            Environment environment) {
        this.id = id;
        this.remoteAddress = remoteAddress;
        this.transport = transport;
        this.codec = codec;
        this.counters = environment.counters();
        this.activity = new Activity(environment.ticker());
        this.dialledAt = dialledAt;
        this.outbox = new Outbox(
                transport,
                environment.outbox(),
                codec.joiner(),
                environment.ticker(),
                environment.timers(),
                new OutboxOwner());
    }

    /**
     * What all connections share.
     *
     * @param outbox the bounds of each outbox
     * @param ticker elapsed time
     * @param timers for deadlines
     * @param counters for what happens
     */
    public record Environment(OutboxConfig outbox, Ticker ticker, Timers timers, Counters counters) {}

    /**
     * When its client asked for it. Of two connections of one client the later one was dialled later, whatever order the
     * threads of the server open them in.
     *
     * @return by the node's ticker, in nanoseconds
     */
    public long dialledAt() {
        return dialledAt;
    }

    /**
     * The name of this connection.
     *
     * @return unguessable
     */
    public String id() {
        return id;
    }

    /**
     * Where the client is.
     *
     * @return an address, for logs
     */
    public String remoteAddress() {
        return remoteAddress;
    }

    /**
     * How messages are written for this client.
     *
     * @return the codec
     */
    public MessageCodec codec() {
        return codec;
    }

    /**
     * When the client was last heard.
     *
     * @return changes as it is heard
     */
    public Activity activity() {
        return activity;
    }

    /**
     * Sends a message that passes all streams: a reply, an error. A client that does not even read these is cut off.
     *
     * @param message what to say
     */
    public void send(ServerMessage message) {
        offer(Lane.CONTROL, message);
    }

    /**
     * Sends a message of a stream. The stream asks {@link #requestRoom()} first; one that does not and fills the outbox
     * cuts its client off.
     *
     * @param message what to say
     */
    public void sendData(ServerMessage message) {
        offer(Lane.DATA, message);
    }

    /**
     * Sends a message of a stream if there is room for it now; if not, its {@link Source} is pumped when there is.
     *
     * @param message what to say
     * @return whether it was taken
     */
    public boolean sendIfRoom(ServerMessage message) {
        // The question first: it costs less than the frame.
        return outbox.requestRoom() && outbox.offerIfRoom(codec.encode(message));
    }

    private void offer(Lane lane, ServerMessage message) {
        if (outbox.offer(lane, codec.encode(message)) == Offer.OVERFLOW) {
            abort(CloseReason.SLOW_CONSUMER);
        }
    }

    /**
     * Sends a ping if nothing else is being sent. May block, in some containers, for as long as a frame may take.
     *
     * @return whether it was sent
     */
    boolean ping() {
        return outbox.ping();
    }

    /**
     * Asks whether a stream may add frames now; if not, its {@link Source} is pumped when it may.
     *
     * @return whether it may
     */
    public boolean requestRoom() {
        return outbox.requestRoom();
    }

    /**
     * Adds a stream.
     *
     * @param source pumped whenever there is room again. If it throws, the connection is aborted: going on would leave a
     *     gap that the client cannot see
     */
    public void addSource(Source source) {
        sources.add(source);
        if (ended.get()) {
            sources.remove(source);
        }
    }

    /**
     * The streams that feed it.
     *
     * @return a copy of this moment
     */
    public List<Source> sources() {
        return List.copyOf(sources);
    }

    /**
     * Takes a stream away.
     *
     * @param source not pumped any more
     */
    public void removeSource(Source source) {
        sources.remove(source);
    }

    /**
     * Asks to be told once when the connection has ended; at once if it has.
     *
     * @param listener quick; what it throws is logged
     */
    public void onClose(Runnable listener) {
        closeListeners.add(listener);
        // Whoever takes it out of the list runs it, so it runs once even when the end comes meanwhile.
        if (ended.get() && closeListeners.remove(listener)) {
            tell(listener);
        }
    }

    /**
     * Sends what waits, then closes. A client that does not take it within the send time-out is cut off.
     *
     * @param reason why
     */
    public void close(CloseReason reason) {
        outbox.close(reason);
    }

    /**
     * Drops what waits and closes without waiting for the client. Does nothing if the connection has ended.
     *
     * @param reason why
     */
    public void abort(CloseReason reason) {
        // Before anything is done: many threads may find the outbox full at a time, and one of them cuts the client
        // off.
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        if (reason == CloseReason.SLOW_CONSUMER) {
            counters.increment(Counter.SLOW_CONSUMERS);
            LOGGER.log(Level.INFO, "connection {0} reads too slowly and is cut off: {1}", id, outbox.status());
        }
        try {
            transport.abort(reason);
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "a transport could not be aborted", e);
        }
        finish();
    }

    /** The session has ended. May be called more than once. */
    public void closed() {
        if (ended.compareAndSet(false, true)) {
            finish();
        }
    }

    private void finish() {
        outbox.discard();
        Outbox.Status status = outbox.status();
        Outbox.Traffic traffic = outbox.traffic();
        counters.add(Counter.MESSAGES_SENT, status.sent());
        counters.add(Counter.FRAMES_SENT, traffic.frames());
        counters.add(Counter.BYTES_SAVED, traffic.savedBytes());
        counters.add(Counter.FRAMES_DROPPED, status.dropped());
        counters.increment(Counter.CONNECTIONS_CLOSED);
        for (Runnable listener : closeListeners) {
            if (closeListeners.remove(listener)) {
                tell(listener);
            }
        }
        sources.clear();
    }

    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "a listener failed at the end of a connection", e);
        }
    }

    /**
     * Whether the connection has not ended.
     *
     * @return true until it ends
     */
    public boolean isOpen() {
        return !ended.get();
    }

    /**
     * What waits to be sent.
     *
     * @return figures of one moment
     */
    public Outbox.Status status() {
        return outbox.status();
    }

    @Override
    public String toString() {
        return "Connection[" + id + "]";
    }

    private final class OutboxOwner implements Outbox.Owner {
        private int turn;

        // Each time another source is the first, or one with a backlog would take all the room there ever is. Only the
        // outbox's drainer calls this, one thread at a time.
        @Override
        public void room() {
            Source[] all = sources.toArray(new Source[0]);
            turn = all.length == 0 ? 0 : (turn + 1) % all.length;
            for (int i = 0; i < all.length; i++) {
                pump(all[(turn + i) % all.length]);
            }
        }

        private void pump(Source source) {
            try {
                source.pump();
            } catch (RuntimeException | Error e) {
                LOGGER.log(Level.ERROR, "a stream of connection " + id + " failed", e);
                abort(CloseReason.INTERNAL);
            }
        }

        @Override
        public void ended(CloseReason reason, Throwable cause) {
            if (cause != null) {
                LOGGER.log(Level.DEBUG, "sending on connection " + id + " failed", cause);
            }
            abort(reason);
        }
    }
}
