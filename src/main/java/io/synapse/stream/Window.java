package io.synapse.stream;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;

/**
 * A copy of the newest part of a stream that is kept elsewhere, for readers on this node. It is told what was appended there, or
 * what cannot be read any more, and that another life of the stream has begun. Readers follow it through all of that.
 *
 * <p>Appending tells nobody: {@link #tellFollowers} does, on a thread that may take its time. <b>Bounds.</b> Count, bytes, age,
 * and {@value #MAX_LIVES} lives. Safe for use by many threads.
 *
 * @param <E> what an entry holds
 */
public final class Window<E> implements PositionedStream<E>, OldestFirst.Ageing {

    /** What became of an entry that was offered. */
    public enum Offer {
        /** It is the next one, and was appended. */
        TAKEN,
        /** It is there already. */
        KNOWN,
        /** Something is missing before it, or it is of another life. */
        AHEAD
    }

    static final int MAX_LIVES = 16;

    private record Kept<E>(E entry, int bytes, long upTo, long at, long place) {}

    private static final System.Logger LOGGER = System.getLogger(Window.class.getName());

    private final StreamBounds bounds;
    private final ToIntFunction<? super E> sizer;
    private final LongSupplier millis;
    private final LongConsumer account;
    private final ReentrantLock lock = new ReentrantLock();
    private final RingBuffer<Kept<E>> ring = new RingBuffer<>();
    private final List<Runnable> followers = new CopyOnWriteArrayList<>();
    private final Lives lives = new Lives();
    private long end;
    private long bytes;
    private long appendedBytes;

    /**
     * A window that has yet to {@link #begin}.
     *
     * @param bounds how much is kept
     * @param sizer the memory an entry takes, in bytes
     * @param millis the time of day that entries are stamped with, in milliseconds
     * @param account told of every change of {@link #bytes()}, under the window's lock
     */
    public Window(StreamBounds bounds, ToIntFunction<? super E> sizer, LongSupplier millis, LongConsumer account) {
        this.bounds = bounds;
        this.sizer = sizer;
        this.millis = millis;
        this.account = account;
    }

    /**
     * A life of the stream begins, or goes on after another.
     *
     * @param epoch of the life
     * @param offset of the last entry in it that is not to come
     * @param complete whether readers who had everything so far miss nothing; the first life is always complete
     */
    public void begin(String epoch, long offset, boolean complete) {
        lock.lock();
        try {
            if (lives.isEmpty()) {
                end = offset;
                lives.begin(epoch, offset, offset, false);
                return;
            }
            if (!complete) {
                end++;
            }
            lives.begin(epoch, end, offset, !complete);
            if (lives.count() > MAX_LIVES) {
                long before = lives.forgetOldest();
                while (ring.size() > 0 && ring.get(0).place() <= before) {
                    grow(-ring.removeFirst().bytes());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether there is a life at all.
     *
     * @return true after {@link #begin}
     */
    public boolean hasBegun() {
        lock.lock();
        try {
            return !lives.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Offers the next entry.
     *
     * @param position where it stands
     * @param entry what it is
     * @param at when it was published, in milliseconds
     * @return what became of it
     */
    public Offer offer(Position position, E entry, long at) {
        int size = sizer.applyAsInt(entry);
        lock.lock();
        try {
            if (lives.isEmpty() || !lives.epoch().equals(position.epoch())) {
                return Offer.AHEAD;
            }
            long place = lives.place(position.offset());
            if (place != end + 1) {
                return place <= end ? Offer.KNOWN : Offer.AHEAD;
            }
            end = place;
            appendedBytes += size;
            ring.addLast(new Kept<>(entry, size, appendedBytes, at, place));
            grow(size);
            evict(millis.getAsLong());
            return Offer.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What stood before the next entry is gone where the stream is kept.
     *
     * @param offset of the last one that is gone, in the present life
     */
    public void skipTo(long offset) {
        lock.lock();
        try {
            end = Math.max(end, lives.place(offset));
        } finally {
            lock.unlock();
        }
    }

    /** Tells those who follow to look. */
    public void tellFollowers() {
        followers.forEach(follower -> {
            try {
                follower.run();
            } catch (RuntimeException | Error e) {
                LOGGER.log(Level.ERROR, "a follower failed", e);
            }
        });
    }

    private void evict(long now) {
        while (ring.size() > bounds.count()
                || (bytes > bounds.bytes() && ring.size() > 1)
                || (ring.size() > 0 && now - ring.get(0).at() > bounds.age().toMillis())) {
            grow(-ring.removeFirst().bytes());
        }
    }

    private void grow(int change) {
        bytes += change;
        account.accept(change);
    }

    /** The index of the first entry after a place; the size if there is none. */
    private int indexAfter(long place) {
        int low = 0;
        int high = ring.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ring.get(middle).place() > place) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    @Override
    public Slice<E> read(long after, int max) {
        lock.lock();
        try {
            evict(millis.getAsLong());
            long had = Math.max(0, Math.min(after, end));
            return slice(had, had, end, max);
        } finally {
            lock.unlock();
        }
    }

    private Slice<E> slice(long had, long floor, long last, int max) {
        int index = indexAfter(Math.max(had, floor));
        long first = index < ring.size() && ring.get(index).place() <= last
                ? ring.get(index).place()
                : last + 1;
        List<E> entries = new ArrayList<>();
        for (int i = index; i < ring.size() && entries.size() < max; i++) {
            Kept<E> kept = ring.get(i);
            if (kept.place() != first + entries.size() || kept.place() > last) {
                break;
            }
            entries.add(kept.entry());
        }
        return new Slice<>(first, entries, first == had + 1);
    }

    @Override
    public Slice<E> readBackwards(long before, int max) {
        lock.lock();
        try {
            evict(millis.getAsLong());
            return sliceBackwards(Math.max(0, Math.min(before, end + 1) - 1), new Lives.Span("", 0, end, 0), max);
        } finally {
            lock.unlock();
        }
    }

    private Slice<E> sliceBackwards(long first, Lives.Span life, int max) {
        List<E> entries = new ArrayList<>();
        for (int i = indexAfter(first) - 1; i >= 0 && entries.size() < max; i--) {
            Kept<E> kept = ring.get(i);
            if (kept.place() != first - entries.size() || kept.place() <= life.base()) {
                break;
            }
            entries.add(kept.entry());
        }
        return new Slice<>(first, entries, entries.size() == Math.min(max, Math.max(first - life.shift(), 0)));
    }

    /**
     * Reads a part of one life, in the offsets of that life: the one that the request begins in, or the newest.
     *
     * @param request which part
     * @return the entries, and where that life ends
     */
    public Broker.Page<E> page(Broker.PageRequest request) {
        lock.lock();
        try {
            evict(millis.getAsLong());
            if (lives.isEmpty()) {
                return new Broker.Page<>(new Slice<>(1, List.of(), true), new Position("", 0));
            }
            OptionalLong from = request.from().isPresent() ? find(request) : OptionalLong.of(end);
            Lives.Span life = lives.span(from.orElse(end), end);
            Position last = new Position(life.epoch(), life.last() - life.shift());
            if (from.isEmpty()) {
                return new Broker.Page<>(new Slice<>(last.offset() + 1, List.of(), false), last);
            }
            long beginning = request.backwards() ? life.last() + 1 : life.shift();
            long place = request.from().isPresent() ? from.getAsLong() : beginning;
            Slice<E> slice = request.backwards()
                    ? sliceBackwards(place - 1, life, request.limit())
                    : slice(place, life.base(), life.last(), request.limit());
            return new Broker.Page<>(
                    new Slice<>(slice.first() - life.shift(), slice.entries(), slice.complete()), last);
        } finally {
            lock.unlock();
        }
    }

    // Backwards from past the end is from the end.
    private OptionalLong find(Broker.PageRequest request) {
        Position from = request.from().orElseThrow();
        return request.backwards() && from.isIn(lives.epoch()) && lives.place(from.offset()) > end
                ? OptionalLong.of(end + 1)
                : lives.find(from, end);
    }

    @Override
    public long append(E entry) {
        throw new UnsupportedOperationException("a window is a copy");
    }

    @Override
    public long seal() {
        throw new UnsupportedOperationException("a window is a copy");
    }

    @Override
    public long conclude(E entry) {
        throw new UnsupportedOperationException("a window is a copy");
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
        lock.lock();
        try {
            return lives.epoch();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean hasHoles() {
        return true;
    }

    @Override
    public Position position(long at) {
        lock.lock();
        try {
            return lives.position(at);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public OptionalLong find(Position position) {
        lock.lock();
        try {
            OptionalLong found = lives.find(position, end);
            // What another node had for itself is not here, but what all had before it may be.
            return found.isPresent()
                    ? found
                    : position.home().map(home -> lives.find(home, end)).orElse(found);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean knows(String epoch) {
        lock.lock();
        try {
            return lives.know(epoch);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public OptionalLong missed(long had, long to) {
        lock.lock();
        try {
            return lives.lostBetween(had, to) ? OptionalLong.empty() : OptionalLong.of(to - had);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long bytes() {
        lock.lock();
        try {
            evict(millis.getAsLong());
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long bytesAfter(long offset) {
        lock.lock();
        try {
            int index = indexAfter(offset);
            return index == ring.size()
                    ? 0
                    : appendedBytes - ring.get(index).upTo() + ring.get(index).bytes();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long oldestAge(long now) {
        lock.lock();
        try {
            // Clocks of nodes differ: what seems to come from the future is new.
            return ring.size() == 0 ? -1 : Math.max(0, now - ring.get(0).at());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void dropOldest(long now) {
        lock.lock();
        try {
            if (ring.size() > 0) {
                grow(-ring.removeFirst().bytes());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Begins anew, as if nothing had been. For a window that nobody reads. */
    public void reset() {
        lock.lock();
        try {
            while (ring.size() > 0) {
                grow(-ring.removeFirst().bytes());
            }
            lives.clear();
            end = 0;
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
