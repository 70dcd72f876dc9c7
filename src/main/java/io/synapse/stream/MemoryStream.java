package io.synapse.stream;

import io.synapse.platform.Ticker;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.ToIntFunction;

/**
 * A {@link PositionedStream} in the memory of this node.
 *
 * <p><b>Bounds.</b> Count, bytes and age, applied at each append and each read. <b>Ordering.</b> One short lock gives
 * the offsets; followers are told outside it. <b>Failure.</b> What a follower throws in spite of its contract is logged: the
 * appender and the other followers do not notice.
 *
 * @param <E> what an entry holds
 */
public final class MemoryStream<E> implements PositionedStream<E> {

    /** The entry, and how many bytes were appended up to its end. */
    private record Kept<E>(E entry, int bytes, long upTo, long at) {}

    private static final System.Logger LOGGER = System.getLogger(MemoryStream.class.getName());

    private final String epoch;
    private final StreamBounds bounds;
    private final long ageNanos;
    private final ToIntFunction<? super E> sizer;
    private final Ticker ticker;
    private final LongConsumer account;
    private final ReentrantLock lock = new ReentrantLock();
    private final RingBuffer<Kept<E>> ring = new RingBuffer<>();
    private final List<Runnable> followers = new CopyOnWriteArrayList<>();
    private long end;
    private long sealedAt = -1;
    private long bytes;
    /** Of everything that was ever appended: tells how much comes after an entry. */
    private long appendedBytes;

    /**
     * An empty stream whose memory nobody else adds up.
     *
     * @param epoch tells this life of the stream from any other
     * @param bounds how much is kept
     * @param sizer the memory an entry takes, in bytes
     * @param ticker tells the age of entries
     */
    public MemoryStream(String epoch, StreamBounds bounds, ToIntFunction<? super E> sizer, Ticker ticker) {
        this(epoch, bounds, sizer, ticker, change -> {});
    }

    /**
     * An empty stream.
     *
     * @param epoch tells this life of the stream from any other
     * @param bounds how much is kept
     * @param sizer the memory an entry takes, in bytes
     * @param ticker tells the age of entries
     * @param account told of every change of {@link #bytes()}, under the stream's lock
     */
    MemoryStream(
            String epoch, StreamBounds bounds, ToIntFunction<? super E> sizer, Ticker ticker, LongConsumer account) {
        this.account = account;
        this.epoch = epoch;
        this.bounds = bounds;
        this.ageNanos = TimeUnit.NANOSECONDS.convert(bounds.age());
        this.sizer = sizer;
        this.ticker = ticker;
    }

    @Override
    public long append(E entry) {
        return add(entry, false);
    }

    @Override
    public long seal() {
        lock.lock();
        try {
            if (sealedAt < 0) {
                sealedAt = end;
            }
            return sealedAt;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long conclude(E entry) {
        return add(entry, true);
    }

    private long add(E entry, boolean concluding) {
        int size = sizer.applyAsInt(entry);
        long offset;
        lock.lock();
        try {
            boolean sealed = sealedAt >= 0;
            if (concluding && !sealed) {
                throw new IllegalStateException("the stream is not sealed");
            }
            if (sealed && !concluding) {
                return SEALED;
            }
            long now = ticker.read();
            appendedBytes += size;
            ring.addLast(new Kept<>(entry, size, appendedBytes, now));
            grow(size);
            offset = ++end;
            evict(now);
        } finally {
            lock.unlock();
        }
        followers.forEach(MemoryStream::tell);
        return offset;
    }

    private static void tell(Runnable follower) {
        try {
            follower.run();
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "a follower failed", e);
        }
    }

    private void evict(long now) {
        while (ring.size() > bounds.count()
                || (bytes > bounds.bytes() && ring.size() > 1)
                || (ring.size() > 0 && now - ring.get(0).at() > ageNanos)) {
            grow(-ring.removeFirst().bytes());
        }
    }

    private void grow(int change) {
        bytes += change;
        account.accept(change);
    }

    /** How long ago the oldest entry was appended, in nanoseconds; negative if nothing is kept. */
    long oldestAge(long now) {
        lock.lock();
        try {
            return ring.size() == 0 ? -1 : now - ring.get(0).at();
        } finally {
            lock.unlock();
        }
    }

    /** Drops the oldest entry, if there is one. */
    void dropOldest() {
        lock.lock();
        try {
            if (ring.size() > 0) {
                grow(-ring.removeFirst().bytes());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Slice<E> read(long after, int max) {
        lock.lock();
        try {
            evict(ticker.read());
            long oldest = end - ring.size() + 1;
            // The offset is a client's word: it may lie anywhere, and adding to it may overflow.
            long had = Math.max(0, Math.min(after, end));
            long first = Math.max(had + 1, oldest);
            int from = (int) (first - oldest);
            int to = from + Math.min(max, ring.size() - from);
            List<E> entries = new ArrayList<>(to - from);
            for (int i = from; i < to; i++) {
                entries.add(ring.get(i).entry());
            }
            return new Slice<>(first, entries, had + 1 >= oldest);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Slice<E> readBackwards(long before, int max) {
        lock.lock();
        try {
            evict(ticker.read());
            long oldest = end - ring.size() + 1;
            long first = Math.min(before, end + 1) - 1;
            long last = Math.max(oldest, Math.max(first, 0) - max + 1);
            List<E> entries = new ArrayList<>();
            for (long offset = first; offset >= last && offset >= 1; offset--) {
                entries.add(ring.get((int) (offset - oldest)).entry());
            }
            return new Slice<>(first, entries, entries.size() == Math.min(max, Math.max(first, 0)));
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing is kept. */
    boolean isEmpty() {
        lock.lock();
        try {
            evict(ticker.read());
            return ring.size() == 0;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long bytesAfter(long offset) {
        lock.lock();
        try {
            long oldest = end - ring.size() + 1;
            if (offset >= end || ring.size() == 0) {
                return 0;
            }
            return offset < oldest
                    ? bytes
                    : appendedBytes - ring.get((int) (offset - oldest)).upTo();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long end() {
        lock.lock();
        try {
            return end;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String epoch() {
        return epoch;
    }

    @Override
    public long bytes() {
        lock.lock();
        try {
            evict(ticker.read());
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Following follow(Runnable follower) {
        // A wrapper of its own, so that ending one following never ends another of the same follower.
        Runnable entry = follower::run;
        followers.add(entry);
        return () -> followers.remove(entry);
    }
}
