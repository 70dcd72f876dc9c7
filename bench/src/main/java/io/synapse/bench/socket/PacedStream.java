package io.synapse.bench.socket;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/** Gives at most so many bytes a second, while that is asked for. One thread reads; any may change the pace. */
public final class PacedStream extends FilterInputStream {

    private static final int FULL_SPEED = 0;
    private static final long STEP_MILLIS = 50;
    private static final double NANOS = 1e9;

    private volatile int bytesPerSecond = FULL_SPEED;
    private volatile long since;
    private long given;

    PacedStream(InputStream from) {
        super(from);
    }

    /**
     * Reads slowly from now on.
     *
     * @param bytes a second
     */
    public void slowDown(int bytes) {
        since = System.nanoTime();
        bytesPerSecond = bytes;
    }

    /** Reads as fast as it can from now on. */
    public void hurry() {
        bytesPerSecond = FULL_SPEED;
    }

    private int allowed(int wanted) throws IOException {
        while (true) {
            int pace = bytesPerSecond;
            if (pace == FULL_SPEED) {
                return wanted;
            }
            long due = (long) ((System.nanoTime() - since) / NANOS * pace) - given;
            if (due > 0) {
                int now = (int) Math.min(due, wanted);
                given += now;
                return now;
            }
            try {
                Thread.sleep(STEP_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
    }

    @Override
    public int read() throws IOException {
        allowed(1);
        return super.read();
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        return length == 0 ? 0 : super.read(to, from, allowed(length));
    }
}
