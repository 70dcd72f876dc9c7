package io.synapse.topic;

import io.synapse.platform.Ids;
import io.synapse.platform.Ticker;
import io.synapse.protocol.Publication;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.Broker.TopicListener;
import io.synapse.stream.MemoryStream;
import io.synapse.stream.PositionedStream;
import io.synapse.stream.StreamBounds;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The patterns that somebody subscribes to, and the topics of this node. Safe for use by many threads. */
public final class Patterns implements TopicListener<Publication> {

    /** A topic, with its name taken apart once for all patterns. */
    private record Known(TopicPattern name, PositionedStream<Publication> stream) {}

    private final StreamBounds bounds;
    private final int maxPatterns;
    private final Ids ids;
    private final Ticker ticker;
    private final Map<String, Known> topics = new ConcurrentHashMap<>();
    private final Map<String, MergedTopics> byKey = new ConcurrentHashMap<>();
    /** Who subscribes to a pattern while another one opens it must find all topics in it. */
    private final ReentrantLock opening = new ReentrantLock();

    /**
     * No patterns.
     *
     * @param bounds of the stream of one pattern
     * @param maxPatterns how many different ones, at most
     * @param ids makes epochs
     * @param ticker tells the age of entries
     */
    public Patterns(StreamBounds bounds, int maxPatterns, Ids ids, Ticker ticker) {
        this.bounds = bounds;
        this.maxPatterns = maxPatterns;
        this.ids = ids;
        this.ticker = ticker;
    }

    /** The stream of a pattern, in use until it is {@link #close}d. */
    MergedTopics open(TopicPattern pattern) {
        opening.lock();
        try {
            MergedTopics present = byKey.get(pattern.key());
            if (present != null && present.retain()) {
                return present;
            }
            // One that is closed may still have its place for a moment; the new one takes it over.
            if (present == null && byKey.size() >= maxPatterns) {
                throw new TopicException(TopicException.Reason.TOO_MANY_PATTERNS);
            }
            MergedTopics created = new MergedTopics(
                    pattern, new MemoryStream<>(ids.next(), bounds, MergedTopics.Entry::bytes, ticker));
            created.retain();
            byKey.put(pattern.key(), created);
            // From the table on, whoever makes a topic adds it; those that are there already are added here.
            topics.values()
                    .forEach(known -> created.add(
                            known.name(), known.stream(), known.stream().end()));
            return created;
        } finally {
            opening.unlock();
        }
    }

    void close(MergedTopics merged) {
        if (merged.release()) {
            byKey.remove(merged.pattern().key(), merged);
        }
    }

    @Override
    public void appeared(String topic, PositionedStream<Publication> stream, boolean isNew) {
        TopicPattern.ofKey(topic).ifPresent(name -> {
            topics.put(topic, new Known(name, stream));
            byKey.values().forEach(merged -> merged.add(name, stream, isNew ? 0 : stream.end()));
        });
    }

    @Override
    public void gone(String topic, PositionedStream<Publication> stream) {
        topics.computeIfPresent(topic, (name, known) -> known.stream() == stream ? null : known);
        byKey.values().forEach(merged -> merged.remove(topic, stream));
    }

    /** A page of the topics and the patterns, by name. */
    List<TopicQueue> list(String after, int limit, Predicate<String> isFull) {
        return Stream.concat(topics.keySet().stream(), byKey.keySet().stream())
                .filter(name -> name.compareTo(after) > 0)
                .sorted()
                .limit(limit)
                .map(name -> queue(name, isFull))
                .toList();
    }

    private TopicQueue queue(String name, Predicate<String> isFull) {
        Known known = topics.get(name);
        if (known != null) {
            return TopicQueue.of(name, known.stream(), false, isFull.test(name));
        }
        MergedTopics merged = byKey.get(name);
        // One that has gone meanwhile keeps its place in the page, which would seem to be the last otherwise.
        return merged == null
                ? new TopicQueue(name, false, 0, 0, false)
                : TopicQueue.of(name, merged.source().stream(), true, false);
    }

    int count() {
        return byKey.size();
    }
}
