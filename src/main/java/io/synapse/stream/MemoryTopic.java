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
final class MemoryTopic<E> {

    private final MemoryStream<E> stream;
    private final IdempotencyKeys<E> keys;
    private final AtomicInteger users = new AtomicInteger();

    MemoryTopic(MemoryStream<E> stream, IdempotencyKeys<E> keys) {
        this.stream = stream;
        this.keys = keys;
    }

    MemoryStream<E> stream() {
        return stream;
    }

    IdempotencyKeys<E> keys() {
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
        return users.get() == 0 && stream.bytes() == 0 && keys.isEmpty();
    }

    Page<E> page(PageRequest request) {
        boolean sameEpoch =
                request.from().map(from -> from.isIn(stream.epoch())).orElse(true);
        Slice<E> slice;
        if (!sameEpoch) {
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
