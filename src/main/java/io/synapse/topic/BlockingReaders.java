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

    private static final Admission FREE = new Admission() {
        @Override
        public boolean granted() {
            return true;
        }

        @Override
        public void release() {
            // Nothing is held.
        }
    };

    /** The readers of one topic. Guarded by itself. */
    private final class Readers implements Admission {
        private final Set<TopicSubscription> all = new HashSet<>();
        private int publishing;

        @Override
        public boolean granted() {
            return true;
        }

        @Override
        public synchronized void release() {
            publishing--;
        }

        // Counts those who were admitted and have not appended yet, or several at a time would pass the bound together.
        synchronized boolean tryAdmit() {
            for (TopicSubscription reader : all) {
                if (reader.lag() + publishing >= window) {
                    return false;
                }
            }
            publishing++;
            return true;
        }
    }

    private static final Admission REFUSED = new Admission() {
        @Override
        public boolean granted() {
            return false;
        }

        @Override
        public void release() {
            // Nothing is held.
        }
    };

    private final int window;
    private final Map<String, Readers> byTopic = new ConcurrentHashMap<>();

    /** The window is how many messages a topic keeps. */
    BlockingReaders(int window) {
        this.window = window;
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

    Admission admit(String topic) {
        Readers readers = byTopic.get(topic);
        if (readers == null) {
            return FREE;
        }
        return readers.tryAdmit() ? readers : REFUSED;
    }
}
