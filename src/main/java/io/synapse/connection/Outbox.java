package io.synapse.connection;

import io.synapse.config.OutboxConfig;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The one writer of a connection. Any thread offers frames; none of them ever waits.
 *
 * <p><b>Ownership.</b> At most one frame is in the hands of the {@link Transport}. The next one goes when its completion
 * arrives. Some containers complete on the caller's stack, so the next frame is sent by iteration and never by
 * recursion: whoever finds nobody draining becomes the drainer, a completion that arrives while somebody drains only
 * leaves its mark, and the drainer looks for the mark before it stops. (The idea is Jetty's {@code IteratingCallback}.)
 *
 * <p><b>Ordering.</b> Two lanes. {@link Lane#CONTROL} passes {@link Lane#DATA}; inside a lane order is kept.
 *
 * <p><b>Bounds.</b> Messages and bytes, both counted until the transport is done with them, so a client that never reads
 * costs at most {@link OutboxConfig#maxBytes()} plus the container's own buffer. A frame past a bound is not taken.
 * Streams stay below {@link OutboxConfig#lowWaterBytes()} by asking {@link #requestRoom()} first.
 *
 * <p><b>Failure.</b> A frame that the transport does not complete within {@link OutboxConfig#sendTimeout()} means a
 * client that does not read; a failed one means a broken connection. Both end the outbox: what waits is dropped and
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

        /** There is room for streams again, after {@link Outbox#requestRoom()} had said no. */
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

    private final Transport transport;
    private final OutboxConfig config;
    private final Ticker ticker;
    private final Timers timers;
    private final Owner owner;

    private final ReentrantLock lock = new ReentrantLock();
    private final Queue<EncodedFrame> control = new ArrayDeque<>();
    private final Queue<EncodedFrame> data = new ArrayDeque<>();
    private EncodedFrame inFlight;
    private long inFlightSince;
    private long sending;
    private Timers.Timer deadline;
    private Timers.Timer closeDeadline;
    private boolean draining;
    private boolean roomWanted;
    private CloseReason closing;
    private boolean closed;
    private boolean over;
    private int messages;
    private long bytes;
    private long sent;
    private long dropped;

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
        this.transport = transport;
        this.config = config;
        this.ticker = ticker;
        this.timers = timers;
        this.owner = owner;
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
                dropped++;
                return Offer.CLOSED;
            }
            // An empty outbox takes any frame, or a large one could never be sent at all.
            if (messages > 0 && (messages >= config.maxMessages() || bytes + frame.bytes() > config.maxBytes())) {
                dropped++;
                return Offer.OVERFLOW;
            }
            (lane == Lane.CONTROL ? control : data).add(frame);
            messages++;
            bytes += frame.bytes();
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
            boolean room = hasRoom();
            roomWanted |= !room;
            return room;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom() {
        return messages == 0 || bytes < config.lowWaterBytes() && messages < config.maxMessages() / 2;
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
            closeDeadline = timers.after(config.sendTimeout(), this::closeOverdue);
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
        EncodedFrame next = null;
        long number = 0;
        boolean tellRoom = false;
        CloseReason closeNow = null;
        lock.lock();
        try {
            if (roomWanted && !closed && closing == null && hasRoom()) {
                roomWanted = false;
                tellRoom = true;
            } else if (inFlight == null && !closed) {
                next = control.isEmpty() ? data.poll() : control.poll();
                if (next != null) {
                    inFlight = next;
                    inFlightSince = ticker.read();
                    number = ++sending;
                    if (deadline == null) {
                        armDeadline(config.sendTimeout());
                    }
                } else if (closing != null) {
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
            send(next, number);
        } else {
            transport.close(closeNow);
        }
        return true;
    }

    private void send(EncodedFrame frame, long number) {
        try {
            transport.send(frame, failure -> completed(number, failure));
        } catch (RuntimeException e) {
            completed(number, e);
        }
    }

    // By number and not by frame: the same frame may be sent twice, and a container may complete it once too often.
    private void completed(long number, Throwable failure) {
        boolean ended = false;
        lock.lock();
        try {
            if (inFlight == null || sending != number) {
                return;
            }
            messages--;
            bytes -= inFlight.bytes();
            inFlight = null;
            if (failure == null) {
                sent++;
            } else {
                dropped++;
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

    // One timer for many frames: it looks at the frame that is in flight when it fires, and waits for what is left.
    private void armDeadline(Duration delay) {
        deadline = timers.after(delay, this::checkDeadline);
    }

    private void checkDeadline() {
        lock.lock();
        try {
            deadline = null;
            if (inFlight == null || over) {
                return;
            }
            Duration left = config.sendTimeout().minusNanos(ticker.read() - inFlightSince);
            if (!left.isNegative() && !left.isZero()) {
                armDeadline(left);
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
        deadline = cancel(deadline);
        closeDeadline = cancel(closeDeadline);
        dropped += control.size() + data.size() + (inFlight == null ? 0 : 1);
        control.clear();
        data.clear();
        inFlight = null;
        messages = 0;
        bytes = 0;
        return first;
    }

    // A timer would hold the whole connection until it fires.
    private static Timers.Timer cancel(Timers.Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
        return null;
    }

    /**
     * What the outbox holds and has done.
     *
     * @return figures of one moment
     */
    public Status status() {
        lock.lock();
        try {
            return new Status(messages, bytes, sent, dropped, closed || closing != null);
        } finally {
            lock.unlock();
        }
    }

    /**
     * What an outbox holds and has done.
     *
     * @param messages frames that wait or are in flight
     * @param bytes their size
     * @param sent frames that the transport has sent
     * @param dropped frames that were not taken, or not sent
     * @param closed whether it takes no more
     */
    public record Status(int messages, long bytes, long sent, long dropped, boolean closed) {}
}
