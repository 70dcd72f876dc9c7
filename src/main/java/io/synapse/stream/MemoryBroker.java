package io.synapse.stream;

import io.synapse.platform.Ids;
import io.synapse.platform.Ticker;
import io.synapse.stream.BrokerException.Reason;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * A {@link Broker} in the memory of this node.
 *
 * <p><b>Bounds.</b> Each topic by its own bounds; their number and their memory together by {@link BrokerBounds}. A topic
 * that nobody uses and of which nothing is kept goes when its place is needed. <b>Threads.</b> One short lock holds the
 * table; appending and the followers of a topic run outside it. Every stage that is returned is complete, except that of a
 * publication whose key another thread is publishing under at this moment.
 *
 * @param <E> what is published
 */
public final class MemoryBroker<E> implements Broker<E> {

    /** When the memory of all topics passes its bound, this part of it is freed at once, so that it is seldom done. */
    private static final int FREED_PART = 16;

    private final BrokerBounds bounds;
    private final ToIntFunction<? super E> sizer;
    private final Function<? super E, String> content;
    private final Ids ids;
    private final Ticker ticker;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean shrinking = new AtomicBoolean();
    private final List<TopicListener<E>> listeners = new CopyOnWriteArrayList<>();

    /** By last use, longest ago first. Guarded by itself. */
    private final Map<String, MemoryTopic<E>> topics = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * A broker with no topics.
     *
     * @param bounds how much is kept
     * @param sizer the memory an entry takes, in bytes
     * @param content what an entry says, as a short text that is equal for equal entries only, for idempotency keys
     * @param ids makes epochs
     * @param ticker tells the age of entries
     */
    public MemoryBroker(
            BrokerBounds bounds,
            ToIntFunction<? super E> sizer,
            Function<? super E, String> content,
            Ids ids,
            Ticker ticker) {
        this.bounds = bounds;
        this.sizer = sizer;
        this.content = content;
        this.ids = ids;
        this.ticker = ticker;
    }

    @Override
    public CompletionStage<Published> publish(String topic, E entry, Optional<String> idempotencyKey) {
        MemoryTopic<E> used;
        try {
            used = use(topic);
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(e);
        }
        try {
            return idempotencyKey.isPresent()
                    ? publishOnce(used, entry, idempotencyKey.get())
                    : CompletableFuture.completedFuture(new Published(append(used, entry), false));
        } finally {
            used.release();
        }
    }

    private CompletionStage<Published> publishOnce(MemoryTopic<E> topic, E entry, String key) {
        String said = content.apply(entry);
        IdempotencyKeys.Claim claim = topic.keys().claim(key, said);
        IdempotencyKeys.Use use = claim.use();
        if (claim.isNew()) {
            Position position = append(topic, entry);
            use.published().complete(position);
            return CompletableFuture.completedFuture(new Published(position, false));
        }
        if (!use.content().equals(said)) {
            return CompletableFuture.failedFuture(new BrokerException(
                    Reason.KEY_IN_USE, "something else was published under the same idempotency key"));
        }
        return use.published().thenApply(position -> new Published(position, true));
    }

    private Position append(MemoryTopic<E> topic, E entry) {
        long offset = topic.stream().append(entry);
        if (bytes.get() > bounds.totalBytes()) {
            shrink();
        }
        return new Position(topic.stream().epoch(), offset);
    }

    @Override
    public CompletionStage<Feed<E>> open(String topic) {
        try {
            MemoryTopic<E> used = use(topic);
            return CompletableFuture.completedFuture(new OpenTopic<>(used));
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletionStage<Page<E>> history(String topic, PageRequest request) {
        MemoryTopic<E> found;
        synchronized (topics) {
            found = topics.get(topic);
        }
        if (found == null) {
            boolean nothingMissing = request.from().map(from -> from.isIn("")).orElse(true);
            return CompletableFuture.completedFuture(
                    new Page<>(new PositionedStream.Slice<>(1, List.of(), nothingMissing), new Position("", 0)));
        }
        return CompletableFuture.completedFuture(found.page(request));
    }

    /** The topic, new if need be, in use until it is released. */
    private MemoryTopic<E> use(String name) {
        MemoryTopic<E> created;
        List<Map.Entry<String, MemoryTopic<E>>> evicted = new ArrayList<>();
        synchronized (topics) {
            MemoryTopic<E> present = topics.get(name);
            if (present != null) {
                present.retain();
                return present;
            }
            if (topics.size() >= bounds.topics() && !evictOne(evicted)) {
                throw new BrokerException(
                        Reason.TOO_MANY_TOPICS, "there are " + topics.size() + " topics, and all are in use");
            }
            MemoryStream<E> stream = new MemoryStream<>(ids.next(), bounds.topic(), sizer, ticker, bytes::addAndGet);
            created = new MemoryTopic<>(
                    stream, new IdempotencyKeys(bounds.keys(), bounds.keyAge(), ticker, bytes::addAndGet));
            created.retain();
            topics.put(name, created);
        }
        evicted.forEach(this::gone);
        listeners.forEach(listener -> listener.appeared(name, created.stream(), true));
        return created;
    }

    private void gone(Map.Entry<String, MemoryTopic<E>> topic) {
        listeners.forEach(listener -> listener.gone(topic.getKey(), topic.getValue().stream()));
    }

    private boolean evictOne(List<Map.Entry<String, MemoryTopic<E>>> evicted) {
        for (Iterator<Map.Entry<String, MemoryTopic<E>>> all = topics.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, MemoryTopic<E>> topic = all.next();
            if (topic.getValue().isIdle()) {
                evicted.add(Map.entry(topic.getKey(), topic.getValue()));
                all.remove();
                return true;
            }
        }
        return false;
    }

    // Outside the lock of the table, and by one thread: the others' publications are not to wait for it.
    private void shrink() {
        if (!shrinking.compareAndSet(false, true)) {
            return;
        }
        try {
            List<MemoryTopic<E>> all;
            synchronized (topics) {
                all = List.copyOf(topics.values());
            }
            long target = bounds.totalBytes() - bounds.totalBytes() / FREED_PART;
            OldestFirst.drop(all, ticker.read(), () -> bytes.get() <= target);
        } finally {
            shrinking.set(false);
        }
    }

    @Override
    public void watch(TopicListener<E> listener) {
        listeners.add(listener);
        Map<String, MemoryTopic<E>> present;
        synchronized (topics) {
            present = new LinkedHashMap<>(topics);
            // In use while the listener is told, or one of them could be gone before it has appeared.
            present.values().forEach(MemoryTopic::retain);
        }
        present.forEach((name, topic) -> {
            listener.appeared(name, topic.stream(), false);
            topic.release();
        });
    }

    @Override
    public Status status() {
        synchronized (topics) {
            return new Status(topics.size(), bytes.get());
        }
    }

    /** One use of a topic. */
    private static final class OpenTopic<E> implements Feed<E> {
        private final MemoryTopic<E> topic;
        private final AtomicBoolean closed = new AtomicBoolean();

        OpenTopic(MemoryTopic<E> topic) {
            this.topic = topic;
        }

        @Override
        public PositionedStream<E> stream() {
            return topic.stream();
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                topic.release();
            }
        }
    }
}
