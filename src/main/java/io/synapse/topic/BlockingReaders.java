package io.synapse.topic;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The subscribers that must not lose anything: while one of them is a whole window behind, its topic takes no more. Safe
 * for use by many threads; a topic without such subscribers pays one look-up.
 */
final class BlockingReaders {

    /** Leave to publish one message. */
    interface Admission {
        boolean granted();

        /** The message stands in the topic, or was not published after all. */
        void release();
    }

    /** An answer that holds nothing. */
    private record Answer(boolean granted) implements Admission {
        @Override
        public void release() {
            // Nothing is held.
        }
    }

    private static final Admission FREE = new Answer(true);
    private static final Admission REFUSED = new Answer(false);

    /** The readers of one topic. Guarded by itself. */
    private final class Readers {
        private final Set<TopicSubscription> all = new HashSet<>();
        private int publishing;
        private long publishingBytes;
        private boolean refused;

        synchronized boolean isFull() {
            return refused && all.stream().anyMatch(reader -> reader.lag() > 0);
        }

        // Counts those who were admitted and have not appended yet, or several at a time would pass the bound together.
        synchronized Admission admit(int bytes) {
            for (TopicSubscription reader : all) {
                long ahead = reader.lag() + publishing;
                // The newest message is kept however large it is, so one that is alone is never too large.
                if (ahead >= window || ahead > 0 && reader.lagBytes() + publishingBytes + bytes > windowBytes) {
                    refused = true;
                    return REFUSED;
                }
            }
            refused = false;
            publishing++;
            publishingBytes += bytes;
            return new Admission() {
                @Override
                public boolean granted() {
                    return true;
                }

                @Override
                public void release() {
                    done(bytes);
                }
            };
        }

        private synchronized void done(int bytes) {
            publishing--;
            publishingBytes -= bytes;
        }
    }

    private final int window;
    private final long windowBytes;
    private final Map<String, Readers> byTopic = new ConcurrentHashMap<>();

    /** The window is what a topic keeps, in messages and in bytes. */
    BlockingReaders(int window, long windowBytes) {
        this.window = window;
        this.windowBytes = windowBytes;
    }

    void add(String topic, TopicSubscription reader) {
        byTopic.compute(topic, (name, present) -> {
            Readers readers = present == null ? new Readers() : present;
            synchronized (readers) {
                readers.all.add(reader);
            }
            return readers;
        });
    }

    void remove(String topic, TopicSubscription reader) {
        byTopic.computeIfPresent(topic, (name, readers) -> {
            synchronized (readers) {
                readers.all.remove(reader);
                return readers.all.isEmpty() ? null : readers;
            }
        });
    }

    Admission admit(String topic, int bytes) {
        Readers readers = byTopic.get(topic);
        return readers == null ? FREE : readers.admit(bytes);
    }

    /** Whether a topic has refused the last message, and a reader that it waits for is still behind. */
    boolean isFull(String topic) {
        Readers readers = byTopic.get(topic);
        return readers != null && readers.isFull();
    }

    int topics() {
        return byTopic.size();
    }
}
