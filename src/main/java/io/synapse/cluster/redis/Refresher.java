package io.synapse.cluster.redis;

import io.synapse.platform.Wakeup;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Has topics read what they miss, a few at a time: when Redis comes back, all of them miss something. A topic waits in line once,
 * so the line is as long as there are topics. Safe for use by many threads.
 */
final class Refresher {

    private static final int AT_ONCE = 32;

    private final Set<RedisTopic<?>> line = new LinkedHashSet<>();
    /** One at a time, and by iteration: what fails at once fails on this stack. */
    private final Wakeup wakeup = new Wakeup(this::runSome);

    private int running;

    /** Puts a topic in line. */
    void ask(RedisTopic<?> topic) {
        synchronized (this) {
            line.add(topic);
        }
        wakeup.ask();
    }

    private void runSome() {
        for (RedisTopic<?> topic = take(); topic != null; topic = take()) {
            topic.refresh().whenComplete((done, failure) -> finished());
        }
    }

    private void finished() {
        synchronized (this) {
            running--;
        }
        wakeup.ask();
    }

    private synchronized RedisTopic<?> take() {
        if (running >= AT_ONCE || line.isEmpty()) {
            return null;
        }
        RedisTopic<?> first = line.iterator().next();
        line.remove(first);
        running++;
        return first;
    }
}
