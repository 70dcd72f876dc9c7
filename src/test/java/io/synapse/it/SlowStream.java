package io.synapse.it;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Gives so many bytes a second and no more, until it is told to hurry. */
final class SlowStream extends FilterInputStream {

    private static final int TICKS_A_SECOND = 10;
    private static final int EVERYTHING = 1 << 30;

    private final Semaphore allowed = new Semaphore(0);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "slow-stream");
        thread.setDaemon(true);
        return thread;
    });

    SlowStream(InputStream from, int bytesPerSecond) {
        super(from);
        int each = Math.max(1, bytesPerSecond / TICKS_A_SECOND);
        clock.scheduleAtFixedRate(() -> allowed.release(each), 0, 1000 / TICKS_A_SECOND, TimeUnit.MILLISECONDS);
    }

    /** As fast as it comes from now on. */
    void hurry() {
        clock.shutdownNow();
        allowed.release(EVERYTHING);
    }

    @Override
    public int read() throws IOException {
        allowed.acquireUninterruptibly();
        return super.read();
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
        allowed.acquireUninterruptibly();
        int more = Math.min(length - 1, allowed.availablePermits());
        int taken = more > 0 && allowed.tryAcquire(more) ? more + 1 : 1;
        int read = super.read(to, from, taken);
        allowed.release(taken - Math.max(0, read));
        return read;
    }

    @Override
    public void close() throws IOException {
        hurry();
        super.close();
    }
}
