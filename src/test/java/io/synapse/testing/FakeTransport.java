package io.synapse.testing;

import io.synapse.connection.Transport;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A transport that completes as containers do: {@code INLINE} on the caller's stack, {@code LATER} when the test says
 * so, {@code NEVER}, or with a failure. It remembers what it was given, and how many frames were ever in its hands at a
 * time. Safe for use by many threads.
 */
public final class FakeTransport implements Transport {

    /** How sending ends. */
    public enum Behaviour {
        /** On the caller's stack. */
        INLINE,
        /** When the test calls {@link FakeTransport#completeNext()}. */
        LATER,
        /** Not at all. */
        NEVER,
        /** With a failure, on the caller's stack. */
        FAILS,
        /** By throwing. */
        THROWS
    }

    private final List<EncodedFrame> frames = new ArrayList<>();
    private final List<CloseReason> closes = new ArrayList<>();
    private final List<CloseReason> aborts = new ArrayList<>();
    private final Deque<Completion> pending = new ArrayDeque<>();
    private final Window window;
    private volatile Behaviour behaviour;
    private int inFlight;
    private int mostInFlight;
    private boolean remembers = true;
    private long count;
    private volatile RuntimeException closeFailure;
    private volatile Runnable onPing = () -> {};
    private int pings;

    /** A transport that behaves in one way until told otherwise, and takes one frame at a time. */
    public FakeTransport(Behaviour behaviour) {
        this(behaviour, Window.ONE_FRAME);
    }

    /** One that takes more. */
    public FakeTransport(Behaviour behaviour, Window window) {
        this.behaviour = behaviour;
        this.window = window;
    }

    @Override
    public Window window() {
        return window;
    }

    @Override
    public void send(EncodedFrame frame, Completion completion) {
        Behaviour now = behaviour;
        synchronized (this) {
            count++;
            if (remembers) {
                frames.add(frame);
            }
            inFlight++;
            mostInFlight = Math.max(mostInFlight, inFlight);
            if (now == Behaviour.LATER) {
                pending.addLast(completion);
            }
        }
        switch (now) {
            case INLINE -> complete(completion, null);
            case FAILS -> complete(completion, new IOException("broken pipe"));
            case THROWS -> {
                landed();
                throw new IllegalStateException("the session is closed");
            }
            case LATER, NEVER -> {
                // The test decides, or nobody.
            }
        }
    }

    private void complete(Completion completion, Throwable failure) {
        landed();
        completion.done(failure);
    }

    private synchronized void landed() {
        inFlight--;
    }

    /** Completes the frame that is longest in flight; returns false if there is none. */
    public boolean completeNext() {
        return completeNext(null);
    }

    /** Completes the frame that is longest in flight, with a failure or null; returns false if there is none. */
    public boolean completeNext(Throwable failure) {
        Completion completion;
        synchronized (this) {
            completion = pending.pollFirst();
        }
        return completeIfThere(completion, failure);
    }

    /** Completes the frame that was given last, out of its turn; returns false if there is none. */
    public boolean completeLast() {
        Completion completion;
        synchronized (this) {
            completion = pending.pollLast();
        }
        return completeIfThere(completion, null);
    }

    private boolean completeIfThere(Completion completion, Throwable failure) {
        if (completion == null) {
            return false;
        }
        complete(completion, failure);
        return true;
    }

    /** Completes frame after frame until none is in flight; returns how many there were. */
    public int completeAll() {
        int completed = 0;
        while (completeNext()) {
            completed++;
        }
        return completed;
    }

    @Override
    public void ping() throws IOException {
        Behaviour now = behaviour;
        synchronized (this) {
            pings++;
            inFlight++;
            mostInFlight = Math.max(mostInFlight, inFlight);
        }
        try {
            if (now == Behaviour.FAILS) {
                throw new IOException("broken pipe");
            } else if (now == Behaviour.THROWS) {
                throw new IllegalStateException("the session is closed");
            }
            onPing.run();
        } finally {
            landed();
        }
    }

    @Override
    public void close(CloseReason reason) {
        synchronized (this) {
            closes.add(reason);
        }
        throwIfAsked();
    }

    @Override
    public void abort(CloseReason reason) {
        synchronized (this) {
            aborts.add(reason);
        }
        throwIfAsked();
    }

    private void throwIfAsked() {
        RuntimeException failure = closeFailure;
        if (failure != null) {
            throw failure;
        }
    }

    /** Behaves in another way from the next frame on. */
    public void behave(Behaviour other) {
        behaviour = other;
    }

    /** Does something with each ping, while it is being sent. */
    public void onPing(Runnable action) {
        onPing = action;
    }

    /** How many pings were given to it. */
    public synchronized int pings() {
        return pings;
    }

    /** Makes closing and aborting throw, which no transport should. */
    public void failToClose(RuntimeException failure) {
        closeFailure = failure;
    }

    /** Only counts frames from now on, for tests with very many. */
    public synchronized void forgetFrames() {
        remembers = false;
        frames.clear();
    }

    /** The frames given to it, in order. */
    public synchronized List<EncodedFrame> frames() {
        return List.copyOf(frames);
    }

    /** The texts of the text frames given to it, in order. */
    public synchronized List<String> texts() {
        return frames.stream()
                .filter(EncodedFrame.Text.class::isInstance)
                .map(frame -> ((EncodedFrame.Text) frame).text())
                .toList();
    }

    /** How many frames were given to it. */
    public synchronized long count() {
        return count;
    }

    /** The most frames that were ever in its hands at a time. */
    public synchronized int mostInFlight() {
        return mostInFlight;
    }

    /** The reasons it was closed with, in order. */
    public synchronized List<CloseReason> closes() {
        return List.copyOf(closes);
    }

    /** The reasons it was aborted with, in order. */
    public synchronized List<CloseReason> aborts() {
        return List.copyOf(aborts);
    }
}
