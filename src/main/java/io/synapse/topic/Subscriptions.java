package io.synapse.topic;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one joined topic, or one socket, subscribes to, by topic or pattern. Bounded. Safe for use by many threads.
 */
public final class Subscriptions {

    private final Map<String, TopicSubscription> byTarget = new HashMap<>();
    private boolean released;

    /**
     * Adds a subscription that has yet to begin. One with the same target is ended, and unless the new one names a position
     * it goes on where that stopped: nothing is missing and nothing comes twice.
     *
     * @param subscription it
     */
    public void add(TopicSubscription subscription) {
        TopicSubscription previous = null;
        boolean late;
        synchronized (this) {
            late = released;
            if (!late) {
                previous = byTarget.put(subscription.request().target().text(), subscription);
            }
        }
        if (late) {
            subscription.end();
        } else if (previous != null) {
            previous.end();
            subscription.succeed(previous);
        }
    }

    /**
     * Ends a subscription.
     *
     * @param target its topic or pattern
     * @return false if there is none
     */
    public boolean end(String target) {
        TopicSubscription ended;
        synchronized (this) {
            ended = byTarget.remove(target);
        }
        if (ended == null) {
            return false;
        }
        ended.end();
        return true;
    }

    /**
     * Whether there is a subscription.
     *
     * @param target its topic or pattern
     * @return whether there is
     */
    public synchronized boolean has(String target) {
        return byTarget.containsKey(target);
    }

    /**
     * How many there are.
     *
     * @return 0 or more
     */
    public synchronized int count() {
        return byTarget.size();
    }

    /**
     * Stops all for the moment; another set takes them over, or they are {@link #release}d.
     *
     * @return how to go on with each: its request, from the last message that was given to the connection
     */
    public Collection<SubscribeRequest> pause() {
        List<TopicSubscription> all;
        synchronized (this) {
            all = List.copyOf(byTarget.values());
        }
        return all.stream()
                .map(subscription -> subscription.request().goOn(subscription.pause()))
                .toList();
    }

    /** Ends all, and whatever is added later. */
    public void release() {
        List<TopicSubscription> all;
        synchronized (this) {
            released = true;
            all = List.copyOf(byTarget.values());
            byTarget.clear();
        }
        all.forEach(TopicSubscription::end);
    }
}
