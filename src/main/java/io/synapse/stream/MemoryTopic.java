package io.synapse.stream;

import io.synapse.stream.Broker.Page;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.PositionedStream.Slice;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One topic in memory: its stream, the keys of its recent publications, and how many use it. Safe for use by many
 * threads.
 *
 * @param <E> what is published
 */
final class MemoryTopic<E> implements OldestFirst.Ageing {

    private final MemoryStream<E> stream;
    private final IdempotencyKeys keys;
    private final AtomicInteger users = new AtomicInteger();

    MemoryTopic(MemoryStream<E> stream, IdempotencyKeys keys) {
        this.stream = stream;
        this.keys = keys;
    }

    MemoryStream<E> stream() {
        return stream;
    }

    IdempotencyKeys keys() {
        return keys;
    }

    void retain() {
        users.incrementAndGet();
    }

    void release() {
        users.decrementAndGet();
    }

    /** Whether forgetting it loses nothing: nobody uses it, and nothing is kept of it. */
    boolean isIdle() {
        return users.get() == 0 && stream.isEmpty() && keys.isEmpty();
    }

    /** The age of the oldest thing that is kept, an entry or a key, in nanoseconds; negative if there is nothing. */
    @Override
    public long oldestAge(long now) {
        return Math.max(stream.oldestAge(now), keys.oldestAge(now));
    }

    /** Gives up the oldest thing that is kept. */
    @Override
    public void dropOldest(long now) {
        if (stream.oldestAge(now) >= keys.oldestAge(now)) {
            stream.dropOldest();
        } else {
            keys.dropOldest();
        }
    }

    // An offset that was never given is the place of nothing, whatever its epoch says.
    private boolean isPlaceHere(PageRequest request) {
        return request.from().isEmpty()
                || request.from().get().isIn(stream.epoch())
                        && (request.backwards() || request.from().get().offset() <= stream.end());
    }

    Page<E> page(PageRequest request) {
        Slice<E> slice;
        if (!isPlaceHere(request)) {
            slice = new Slice<>(stream.end() + 1, List.of(), false);
        } else if (request.backwards()) {
            long before = request.from().map(Position::offset).orElse(Long.MAX_VALUE);
            slice = stream.readBackwards(before, request.limit());
        } else {
            slice = stream.read(request.from().map(Position::offset).orElse(0L), request.limit());
        }
        return new Page<>(slice, new Position(stream.epoch(), stream.end()));
    }
}
