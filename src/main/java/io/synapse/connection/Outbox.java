package io.synapse.connection;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.InFlight.Flight;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.FrameJoiner;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one writer of a connection. Any thread offers frames; none of them ever waits.
 *
 * <p><b>Ownership.</b> The {@link Transport} has as many frames in its hands as its window holds, or one ping. More go
 * when completions arrive. Some containers complete on the caller's stack, so the next frame is sent by iteration and
 * never by recursion: whoever finds nobody draining becomes the drainer, a completion that arrives while somebody drains
 * only leaves its mark, and the drainer looks for the mark before it stops. (The idea is Jetty's {@code
 * IteratingCallback}.)
 *
 * <p><b>Ordering.</b> Two lanes. {@link Lane#CONTROL} passes what waits in {@link Lane#DATA} and not what the transport
 * has; inside a lane order is kept.
 *
 * <p><b>Joining.</b> Frames that wait when the transport is free go together as one, if the {@link FrameJoiner} says so.
 * None waits for another, and what is joined still counts as what was offered.
 *
 * <p><b>Bounds.</b> Messages and bytes, both counted until the transport is done with them, so a client that never reads
 * costs at most {@link OutboxConfig#maxBytes()} plus the container's own buffer. A frame past a bound is not taken.
 * Streams stay below {@link OutboxConfig#lowWaterBytes()} by {@link #offerIfRoom}, or by asking {@link #requestRoom()}
 * first.
 *
 * <p><b>Failure.</b> A frame that the transport does not complete within {@link OutboxConfig#sendTimeout()} after those
 * before it means a client that does not read; a failed one means a broken connection. Both end the outbox: what waits is dropped and
 * counted, and the owner is told once. A close has the same time to come to its end, from the call of {@link #close} to
 * the owner's {@link #discard}, so a client that answers nothing does not keep its connection open.
 */
public final class Outbox {

    /** Which of two queues a frame waits in. */
    public enum Lane {
        /** Replies, errors, heartbeats: passes data. */
        CONTROL,
        /** Streams. */
        DATA
    }

    /** What became of an offered frame. */
    public enum Offer {
        /** It will be sent, unless the connection ends first. */
        ACCEPTED,
        /** It was not taken: a bound is reached. */
        OVERFLOW,
        /** It was not taken: the outbox is closed. */
        CLOSED
    }

    /** Told what happens in an outbox; called with no lock held. What {@link #room()} throws ends the outbox. */
    public interface Owner {

        /** There is room for streams again, after {@link Outbox#requestRoom()} or {@link Outbox#offerIfRoom} said no. */
        void room();

        /**
         * The outbox has ended by itself; the owner closes the transport. Called once at most, and must not throw.
         *
         * @param reason {@link CloseReason#SLOW_CONSUMER} or {@link CloseReason#INTERNAL}; for a close that the client does
         *     not answer, the reason of the close
         * @param cause what the transport or the owner threw; null for a missed deadline
         */
        void ended(CloseReason reason, Throwable cause);
    }

    private static final long NONE = -1;

    private final Transport transport;
    private final Owner owner;

    /** Guards everything below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final FrameQueue frames;
    private final SendDeadline deadline;
    private final InFlight flights;
    private boolean draining;
    /** The smallest frame, in bytes, that a stream waits to add; negative if none waits. */
    private long roomWanted = NONE;

    private CloseReason closing;
    private boolean closed;
    private boolean over;

    /**
     * An outbox for one connection.
     *
     * @param transport where frames go
     * @param config the bounds
     * @param ticker tells how long a frame is in flight
     * @param timers wakes the deadline
     * @param owner told of room and of the end
     */
    public Outbox(Transport transport, OutboxConfig config, Ticker ticker, Timers timers, Owner owner) {
        this(transport, config, FrameJoiner.NONE, ticker, timers, owner);
    }

    /**
     * An outbox for one connection, whose frames may be joined.
     *
     * @param transport where frames go
     * @param config the bounds
     * @param joiner makes one frame of several
     * @param ticker tells how long a frame is in flight
     * @param timers wakes the deadline
     * @param owner told of room and of the end
     */
    public Outbox(
            Transport transport, OutboxConfig config, FrameJoiner joiner, Ticker ticker, Timers timers, Owner owner) {
        this.transport = transport;
        this.owner = owner;
        frames = new FrameQueue(config, joiner);
        deadline = new SendDeadline(config.sendTimeout(), ticker, timers, this::checkDeadline);
        flights = new InFlight(transport.window(), frames, deadline);
    }

    /**
     * Takes a frame for sending, or says why not. Never waits; may send on this thread.
     *
     * @param lane where it waits
     * @param frame what to send
     * @return what became of it
     */
    public Offer offer(Lane lane, EncodedFrame frame) {
        lock.lock();
        try {
            if (closed || closing != null) {
                frames.refuse();
                return Offer.CLOSED;
            }
            if (!frames.add(lane, frame)) {
                return Offer.OVERFLOW;
            }
        } finally {
            lock.unlock();
        }
        drain();
        return Offer.ACCEPTED;
    }

    /**
     * Asks whether a stream may add frames. If not, {@link Owner#room()} is called when it may; never if the outbox is
     * closed, for then nothing that is added would be sent.
     *
     * @return true if less than the low-water mark waits, in bytes, and less than half the bound in messages
     */
    public boolean requestRoom() {
        lock.lock();
        try {
            if (closed || closing != null) {
                return false;
            }
            return hasRoom(0);
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom(long bytes) {
        boolean room = frames.hasRoom(bytes);
        if (!room) {
            roomWanted = roomWanted == NONE ? bytes : Math.min(roomWanted, bytes);
        }
        return room;
    }

    /**
     * Takes a frame of a stream if there is room for it now. If not, {@link Owner#room()} is called when there is, and
     * nothing counts as dropped: the stream still has it. Unlike a question before an offer, this cannot overflow the outbox
     * when several streams write at a time, nor with a large frame.
     *
     * @param frame what to send
     * @return whether it was taken; never if the outbox is closed
     */
    public boolean offerIfRoom(EncodedFrame frame) {
        lock.lock();
        try {
            if (closed || closing != null || !hasRoom(frame.bytes())) {
                return false;
            }
            frames.add(Lane.DATA, frame);
        } finally {
            lock.unlock();
        }
        drain();
        return true;
    }

    /**
     * Takes no more frames, sends what waits, then closes the transport. Has {@link OutboxConfig#sendTimeout()} for all of
     * it; then the outbox ends by itself.
     *
     * @param reason why; the first call counts
     */
    public void close(CloseReason reason) {
        lock.lock();
        try {
            if (closed || closing != null) {
                return;
            }
            closing = reason;
            deadline.closing(this::closeOverdue);
        } finally {
            lock.unlock();
        }
        drain();
    }

    /** Takes no more frames and drops what waits; for a connection that is gone. The owner is not told. */
    public void discard() {
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends a ping, unless a frame is on its way: the ping would have to wait for it, and the frame does as well for
     * keeping a connection alive. Frames that come meanwhile go after it. May block as the transport does.
     *
     * @return whether it was sent
     */
    public boolean ping() {
        Flight flight;
        lock.lock();
        try {
            if (closed || closing != null || draining || !flights.isEmpty()) {
                return false;
            }
            flight = flights.launchPing();
        } finally {
            lock.unlock();
        }
        try {
            transport.ping();
            completed(flight, null);
            return true;
        } catch (IOException | RuntimeException | Error e) {
            completed(flight, e);
            return false;
        }
    }

    private void drain() {
        lock.lock();
        try {
            if (draining) {
                return;
            }
            draining = true;
        } finally {
            lock.unlock();
        }
        try {
            while (step()) {
                // Each step sends a frame, makes room known, or closes.
            }
        } catch (RuntimeException | Error e) {
            // Nobody would drain this outbox again: better a lost connection than a silent one.
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        boolean ended;
        lock.lock();
        try {
            draining = false;
            ended = end();
        } finally {
            lock.unlock();
        }
        if (ended) {
            owner.ended(CloseReason.INTERNAL, cause);
        }
    }

    private boolean step() {
        Flight next = null;
        boolean tellRoom = false;
        CloseReason closeNow = null;
        lock.lock();
        try {
            if (roomWanted != NONE && !closed && closing == null && frames.hasRoom(roomWanted)) {
                roomWanted = NONE;
                tellRoom = true;
            } else if (!closed) {
                next = flights.launch();
                if (next == null && closing != null && flights.isEmpty()) {
                    closeNow = closing;
                    closed = true;
                }
            }
            if (next == null && !tellRoom && closeNow == null) {
                draining = false;
                return false;
            }
        } finally {
            lock.unlock();
        }
        if (tellRoom) {
            owner.room();
        } else if (next != null) {
            send(next);
        } else {
            transport.close(closeNow);
        }
        return true;
    }

    private void send(Flight flight) {
        try {
            transport.send(flight.frame(), failure -> completed(flight, failure));
        } catch (RuntimeException e) {
            completed(flight, e);
        }
    }

    private void completed(Flight flight, Throwable failure) {
        boolean ended = false;
        lock.lock();
        try {
            if (!flights.land(flight, failure == null)) {
                return;
            }
            if (failure != null) {
                ended = end();
            }
        } finally {
            lock.unlock();
        }
        if (ended) {
            owner.ended(CloseReason.INTERNAL, failure);
        } else {
            drain();
        }
    }

    private void checkDeadline() {
        lock.lock();
        try {
            if (over || !deadline.isOverdue(!flights.isEmpty())) {
                return;
            }
            end();
        } finally {
            lock.unlock();
        }
        owner.ended(CloseReason.SLOW_CONSUMER, null);
    }

    private void closeOverdue() {
        CloseReason reason;
        lock.lock();
        try {
            if (over) {
                return;
            }
            reason = closed ? closing : CloseReason.SLOW_CONSUMER;
            end();
        } finally {
            lock.unlock();
        }
        owner.ended(reason, null);
    }

    /** Drops everything; true if this call was the one that ended the outbox. */
    private boolean end() {
        boolean first = !over;
        closed = true;
        over = true;
        deadline.cancel();
        flights.clear();
        frames.clear();
        return first;
    }

    /**
     * What the outbox holds and has done.
     *
     * @return figures of one moment
     */
    public Status status() {
        lock.lock();
        try {
            return frames.status(closed || closing != null);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What an outbox holds and has done.
     *
     * @param messages offered frames that wait or are in flight
     * @param bytes their size
     * @param sent offered frames that the transport has sent
     * @param dropped offered frames that were not taken, or not sent
     * @param closed whether it takes no more
     */
    public record Status(int messages, long bytes, long sent, long dropped, boolean closed) {}

    /**
     * How what was sent went over the network.
     *
     * @return figures of one moment
     */
    public Traffic traffic() {
        lock.lock();
        try {
            return frames.traffic();
        } finally {
            lock.unlock();
        }
    }

    /**
     * How what was sent went over the network.
     *
     * @param frames in how many frames; fewer than were offered if some were joined
     * @param savedBytes how much smaller compression has made them
     */
    public record Traffic(long frames, long savedBytes) {}
}
