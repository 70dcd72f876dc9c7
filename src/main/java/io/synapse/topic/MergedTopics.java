package io.synapse.topic;

import io.synapse.platform.Wakeup;
import io.synapse.protocol.Publication;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.MemoryStream;
import io.synapse.stream.Position;
import io.synapse.stream.PositionedStream;
import io.synapse.stream.PositionedStream.Slice;
import io.synapse.topic.SubscribeRequest.Reader;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Everything published on the topics of one pattern, as one stream, shared by all who subscribe to that pattern. The
 * order within each topic is kept. Safe for use by many threads.
 */
final class MergedTopics {

    private static final int BATCH = 64;

    /** What the stream of a pattern holds. */
    sealed interface Entry {

        /** The memory it takes. */
        int bytes();

        ServerMessage message(Reader reader);
    }

    /** What was published. The publication may outlive its own topic here, so its memory counts. */
    private record Carried(String topic, Position position, Publication publication) implements Entry {
        @Override
        public int bytes() {
            return publication.bytes();
        }

        @Override
        public ServerMessage message(Reader reader) {
            return reader.event(topic, position, publication);
        }
    }

    /** What was gone from its topic before it could be carried over. */
    private record Lost(String topic, OptionalLong missed, Position now) implements Entry {
        private static final int BYTES = 128;

        @Override
        public int bytes() {
            return BYTES;
        }

        @Override
        public ServerMessage message(Reader reader) {
            return reader.gap(topic, missed, now);
        }
    }

    private final TopicPattern pattern;
    private final MemoryStream<Entry> merged;
    private final Map<String, Tap> taps = new ConcurrentHashMap<>();
    private int subscribers;
    private boolean closed;

    MergedTopics(TopicPattern pattern, MemoryStream<Entry> merged) {
        this.pattern = pattern;
        this.merged = merged;
    }

    EventStream<Entry> source() {
        return new EventStream<>(merged, (reader, entry, offset) -> entry.message(reader));
    }

    TopicPattern pattern() {
        return pattern;
    }

    /** Takes one more subscriber; false if the last one has gone, and with it this stream. */
    synchronized boolean retain() {
        if (!closed) {
            subscribers++;
        }
        return !closed;
    }

    /** One subscriber less; true if it was the last, and everything is let go. */
    synchronized boolean release() {
        closed = --subscribers == 0;
        if (closed) {
            taps.values().forEach(Tap::end);
            taps.clear();
        }
        return closed;
    }

    /** Takes a topic in, if it is one of the pattern's and new here. */
    void add(TopicPattern topic, PositionedStream<Publication> stream, long from) {
        Tap tap = pattern.covers(topic) ? newTap(topic, stream, from) : null;
        if (tap != null) {
            // Without the lock: it may carry entries over, all the way to the subscribers' connections.
            tap.begin();
        }
    }

    private synchronized Tap newTap(TopicPattern name, PositionedStream<Publication> stream, long from) {
        String topic = name.key();
        Tap present = taps.get(topic);
        if (closed || present != null && present.stream == stream) {
            return null;
        }
        if (present != null) {
            present.end();
        }
        Tap tap = new Tap(name.text(), stream, from);
        taps.put(topic, tap);
        return tap;
    }

    synchronized void remove(String topic, PositionedStream<Publication> stream) {
        Tap tap = taps.get(topic);
        if (tap != null && tap.stream == stream) {
            tap.end();
            taps.remove(topic);
        }
    }

    /** Carries one topic's entries over, by one thread at a time, so that they keep their order. */
    private final class Tap {
        private final String topic;
        private final PositionedStream<Publication> stream;
        private final Wakeup wakeup = new Wakeup(this::carry);
        private volatile PositionedStream.Following following = () -> {};
        private long position;
        private volatile boolean ended;

        Tap(String topic, PositionedStream<Publication> stream, long from) {
            this.topic = topic;
            this.stream = stream;
            this.position = from;
        }

        void begin() {
            following = stream.follow(wakeup::ask);
            if (ended) {
                following.end();
            } else {
                wakeup.ask();
            }
        }

        void end() {
            ended = true;
            following.end();
        }

        private void carry() {
            Slice<Publication> slice;
            do {
                slice = stream.read(position, BATCH);
                if (!slice.complete()) {
                    long before = slice.first() - 1;
                    merged.append(new Lost(topic, stream.missed(position, before), stream.position(before)));
                    position = before;
                }
                for (Publication publication : slice.entries()) {
                    position++;
                    merged.append(new Carried(topic, stream.position(position), publication));
                }
            } while (!slice.entries().isEmpty());
        }
    }
}
