package io.synapse.connection;

import io.synapse.protocol.EncodedFrame;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What the transport has in its hands: frames that it was given and has not completed, in the order they were given, or
 * one ping, which goes alone. Not thread-safe: the outbox's lock guards it.
 */
final class InFlight {

    /**
     * What is on its way in one frame; null for a ping. A class and no record, because two are never the same: a frame may be sent
     * twice, and a container may complete it once too often.
     */
    static final class Flight {
        private final Batch batch;

        private Flight(Batch batch) {
            this.batch = batch;
        }

        EncodedFrame frame() {
            return batch.frame();
        }
    }

    private final Transport.Window window;
    private final FrameQueue frames;
    private final SendDeadline deadline;
    private final Deque<Flight> flights = new ArrayDeque<>();
    private long bytes;

    InFlight(Transport.Window window, FrameQueue frames, SendDeadline deadline) {
        this.window = window;
        this.frames = frames;
        this.deadline = deadline;
    }

    boolean isEmpty() {
        return flights.isEmpty();
    }

    /** The next frame that waits goes on its way, with what may go with it; null if there is none, or no place for it. */
    Flight launch() {
        EncodedFrame next = frames.first();
        if (next == null || !takes(next)) {
            return null;
        }
        Batch batch = frames.take(window.bytes() - bytes);
        bytes += batch.frame().bytes();
        return add(new Flight(batch));
    }

    // Alone a frame may have any size, or a large one could never be sent at all.
    private boolean takes(EncodedFrame next) {
        Flight oldest = flights.peekFirst();
        return oldest == null
                || oldest.batch != null && flights.size() < window.frames() && bytes + next.bytes() <= window.bytes();
    }

    /** A ping goes on its way; nothing else may be in flight. */
    Flight launchPing() {
        return add(new Flight(null));
    }

    private Flight add(Flight flight) {
        flights.addLast(flight);
        if (flights.size() == 1) {
            deadline.begin();
        }
        return flight;
    }

    /** The flight is over; false, and nothing changes, if it was over before. */
    boolean land(Flight flight, boolean arrived) {
        boolean wasOldest = flights.peekFirst() == flight;
        if (!flights.remove(flight)) {
            return false;
        }
        if (flight.batch != null) {
            bytes -= flight.frame().bytes();
            frames.done(flight.batch, arrived);
        }
        if (wasOldest && !flights.isEmpty()) {
            deadline.begin();
        }
        return true;
    }

    /** Knows of nothing any more: whatever is still completed changes nothing. */
    void clear() {
        flights.clear();
        bytes = 0;
    }
}
