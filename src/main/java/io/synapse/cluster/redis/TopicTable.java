package io.synapse.cluster.redis;

import io.synapse.stream.BrokerException;
import io.synapse.stream.BrokerException.Reason;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The topics that a node knows, of which it may forget those that nobody uses: Redis has them. Safe for use by many threads.
 *
 * @param <E> what is published
 */
final class TopicTable<E> {

    private final int bound;
    private final Function<String, RedisTopic<E>> maker;
    /** By last use, longest ago first. Guarded by itself, and so are the numbers of users. */
    private final Map<String, RedisTopic<E>> topics = new LinkedHashMap<>(16, 0.75f, true);

    private int used;

    TopicTable(int bound, Function<String, RedisTopic<E>> maker) {
        this.bound = bound;
        this.maker = maker;
    }

    /** The topic, new if need be, in use until it is released. */
    RedisTopic<E> use(String name, boolean anyhow) {
        synchronized (topics) {
            RedisTopic<E> topic = topics.get(name);
            if ((topic == null || topic.users() == 0) && used >= bound && !anyhow) {
                throw new BrokerException(Reason.TOO_MANY_TOPICS, "there are " + used + " topics, and all are in use");
            }
            if (topic == null) {
                topic = maker.apply(name);
                topics.put(name, topic);
            }
            if (topic.users() == 0) {
                used++;
            }
            topic.use(1);
            return topic;
        }
    }

    void release(RedisTopic<E> topic) {
        synchronized (topics) {
            topic.use(-1);
            if (topic.users() == 0) {
                used--;
            }
        }
    }

    boolean isUsed(String name) {
        synchronized (topics) {
            RedisTopic<E> topic = topics.get(name);
            return topic != null && topic.users() > 0;
        }
    }

    Optional<RedisTopic<E>> find(String name) {
        synchronized (topics) {
            return Optional.ofNullable(topics.get(name));
        }
    }

    /** Takes out a topic that nobody uses. */
    Optional<RedisTopic<E>> remove(String name) {
        synchronized (topics) {
            RedisTopic<E> topic = topics.get(name);
            if (topic == null || topic.users() > 0) {
                return Optional.empty();
            }
            topics.remove(name);
            return Optional.of(topic);
        }
    }

    /** Takes out what is too much and in nobody's use, longest unused first. */
    List<RedisTopic<E>> removeExcess() {
        List<RedisTopic<E>> removed = new ArrayList<>();
        synchronized (topics) {
            Iterator<RedisTopic<E>> all = topics.values().iterator();
            while (topics.size() > bound && all.hasNext()) {
                RedisTopic<E> topic = all.next();
                if (topic.users() == 0) {
                    removed.add(topic);
                    all.remove();
                }
            }
        }
        return removed;
    }

    List<RedisTopic<E>> all() {
        synchronized (topics) {
            return List.copyOf(topics.values());
        }
    }

    int size() {
        synchronized (topics) {
            return topics.size();
        }
    }
}
