package io.synapse.topic;

import io.synapse.platform.Ids;
import io.synapse.platform.Ticker;
import io.synapse.protocol.Publication;
import io.synapse.protocol.ServerMessage.Event;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.Broker.TopicListener;
import io.synapse.stream.MemoryStream;
import io.synapse.stream.PositionedStream;
import io.synapse.stream.StreamBounds;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The patterns that somebody subscribes to, and the topics of this node. Safe for use by many threads. */
public final class Patterns implements TopicListener<Publication> {

    private final StreamBounds bounds;
    private final int maxPatterns;
    private final Ids ids;
    private final Ticker ticker;
    private final Map<String, PositionedStream<Publication>> topics = new ConcurrentHashMap<>();
    private final Map<String, MergedTopics> byText = new ConcurrentHashMap<>();

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
        while (true) {
            MergedTopics present = byText.get(pattern.text());
            if (present == null) {
                if (byText.size() >= maxPatterns) {
                    throw new TopicException(TopicException.Reason.TOO_MANY_PATTERNS);
                }
                // Its entries are the topics' own, so their size is not counted again.
                MemoryStream<Event> stream = new MemoryStream<>(ids.next(), bounds, event -> 0, ticker);
                MergedTopics created = new MergedTopics(pattern, stream);
                created.retain();
                if (byText.putIfAbsent(pattern.text(), created) == null) {
                    topics.forEach((topic, source) -> created.add(topic, source, source.end()));
                    return created;
                }
            } else if (present.retain()) {
                return present;
            } else {
                byText.remove(pattern.text(), present);
            }
        }
    }

    void close(MergedTopics merged) {
        if (merged.release()) {
            byText.remove(merged.pattern().text(), merged);
        }
    }

    @Override
    public void appeared(String topic, PositionedStream<Publication> stream, boolean isNew) {
        topics.put(topic, stream);
        byText.values().forEach(merged -> merged.add(topic, stream, isNew ? 0 : stream.end()));
    }

    @Override
    public void gone(String topic, PositionedStream<Publication> stream) {
        topics.remove(topic, stream);
        byText.values().forEach(merged -> merged.remove(topic, stream));
    }

    int count() {
        return byText.size();
    }
}
