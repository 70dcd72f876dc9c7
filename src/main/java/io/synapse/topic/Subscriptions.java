package io.synapse.topic;

import io.synapse.stream.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one joined topic, or one socket, subscribes to, by topic or pattern. Bounded. Safe for use by many threads.
 *
 * <p>A broker may take its time, so what is asked for about one topic may be overtaken: whatever was asked for last wins.
 */
public final class Subscriptions {

    private final Map<String, TopicSubscription> byTarget = new HashMap<>();
    private final Map<String, Pending> pending = new HashMap<>();
    private long lastTicket;
    private boolean released;

    /** What is under way for one target. Everything up to {@code floor} has been overtaken. */
    private static final class Pending {
        private int open;
        private long newest;
        private long floor;
    }

    /** The place of one request among all for the same target; used by {@link Subscriptions} once. */
    public static final class Ticket {
        private final String target;
        private final long number;
        private boolean used;

        private Ticket(String target, long number) {
            this.target = target;
            this.number = number;
        }
    }

    /** What became of an acknowledgement. */
    public enum Acknowledgement {
        /** It was taken, or nobody asked for it. */
        TAKEN,
        /** Nothing here receives such messages. */
        UNKNOWN,
        /** The topic has no such message yet. */
        NOT_SENT
    }

    /**
     * What a client held when it went.
     *
     * @param topics how to go on with each subscription
     * @param lease lets the topics go, which stay as they are until then; does nothing the second time
     */
    public record Parked(Collection<SubscribeRequest> topics, Runnable lease) {}

    /**
     * Notes that a subscription is asked for.
     *
     * @param target its topic or pattern
     * @return to be given to {@link #add} or {@link #abandon}
     */
    public synchronized Ticket prepare(String target) {
        Pending ofTarget = pending.computeIfAbsent(target, name -> new Pending());
        ofTarget.open++;
        ofTarget.newest = ++lastTicket;
        return new Ticket(target, lastTicket);
    }

    /**
     * Adds a subscription that has yet to begin. One with the same target is ended, and unless the new one names a position
     * it goes on where that stopped: nothing is missing and nothing comes twice.
     *
     * @param ticket that it was asked for with
     * @param subscription it
     * @return false if it was overtaken by what was asked for later, or by the end of everything; then it is ended
     */
    public boolean add(Ticket ticket, TopicSubscription subscription) {
        TopicSubscription previous = null;
        boolean inTime;
        synchronized (this) {
            inTime = use(ticket) && !released;
            if (inTime) {
                previous = byTarget.put(ticket.target, subscription);
            }
        }
        if (!inTime) {
            subscription.end();
        } else if (previous != null) {
            previous.end();
            subscription.succeed(previous);
        }
        return inTime;
    }

    /**
     * The same at once, for one that was not prepared.
     *
     * @param subscription it
     * @return false if it was overtaken by the end of everything
     */
    public boolean add(TopicSubscription subscription) {
        return add(prepare(subscription.request().target().text()), subscription);
    }

    /**
     * Nothing came of it.
     *
     * @param ticket that it was asked for with; one that was used may be given, too
     */
    public synchronized void abandon(Ticket ticket) {
        use(ticket);
    }

    /** Takes a ticket back; true if nothing that was asked for later has overtaken it. */
    private boolean use(Ticket ticket) {
        Pending ofTarget = pending.get(ticket.target);
        if (ticket.used || ofTarget == null) {
            return false;
        }
        ticket.used = true;
        boolean inTime = ticket.number > ofTarget.floor;
        ofTarget.floor = Math.max(ofTarget.floor, ticket.number);
        if (--ofTarget.open == 0) {
            pending.remove(ticket.target);
        }
        return inTime;
    }

    /**
     * Ends a subscription, also one that was asked for and has yet to come about.
     *
     * @param target its topic or pattern
     * @return false if there is none
     */
    public boolean end(String target) {
        TopicSubscription ended;
        boolean overtaken = false;
        synchronized (this) {
            ended = byTarget.remove(target);
            Pending ofTarget = pending.get(target);
            if (ofTarget != null) {
                overtaken = ofTarget.newest > ofTarget.floor;
                ofTarget.floor = ofTarget.newest;
            }
        }
        if (ended != null) {
            ended.end();
        }
        return ended != null || overtaken;
    }

    /**
     * Whether there is a subscription, or one is under way.
     *
     * @param target its topic or pattern
     * @return whether there is
     */
    public synchronized boolean has(String target) {
        return byTarget.containsKey(target) || pending.containsKey(target);
    }

    /**
     * What there is, without what is under way.
     *
     * @return a copy of this moment
     */
    public List<SubscribeRequest> requests() {
        return all().stream().map(TopicSubscription::request).toList();
    }

    /**
     * How many there are, those under way included.
     *
     * @return 0 or more
     */
    public synchronized int count() {
        int underWay = (int) pending.keySet().stream()
                .filter(target -> !byTarget.containsKey(target))
                .count();
        return byTarget.size() + underWay;
    }

    /**
     * The client has a message, and everything before it on its topic.
     *
     * @param epoch the life of the topic
     * @param offset of the message
     * @return what became of it
     */
    public Acknowledgement acknowledge(String epoch, long offset) {
        boolean byPattern = false;
        for (TopicSubscription subscription : all()) {
            if (subscription.isOf(epoch)) {
                return subscription.acknowledge(new Position(epoch, offset))
                        ? Acknowledgement.TAKEN
                        : Acknowledgement.NOT_SENT;
            }
            byPattern |= !subscription.request().target().isTopic();
        }
        // What came by a pattern is of an epoch that is not known here.
        return byPattern ? Acknowledgement.TAKEN : Acknowledgement.UNKNOWN;
    }

    /**
     * Stops all for the moment; another set takes them over, or they are {@link #release}d.
     *
     * @return how to go on with each: its request, from the last message that was given to the connection
     */
    public Collection<SubscribeRequest> pause() {
        List<TopicSubscription> all = all();
        all.forEach(TopicSubscription::pause);
        return all.stream().map(TopicSubscription::goOn).toList();
    }

    /**
     * Ends all, and whatever is added later, but keeps the topics as they are for a client that may come back.
     *
     * @return how to go on with each
     */
    public Parked park() {
        List<TopicSubscription> all = takeAll();
        all.forEach(TopicSubscription::pause);
        List<SubscribeRequest> topics =
                all.stream().map(TopicSubscription::goOn).toList();
        List<Runnable> closes = all.stream().map(TopicSubscription::park).toList();
        AtomicBoolean closed = new AtomicBoolean();
        return new Parked(topics, () -> {
            if (closed.compareAndSet(false, true)) {
                closes.forEach(Runnable::run);
            }
        });
    }

    /**
     * How it would go on with each, while all go on.
     *
     * @return requests that begin where each stands
     */
    public Collection<SubscribeRequest> look() {
        return all().stream().map(TopicSubscription::goOn).toList();
    }

    /** Ends all, and whatever is added later. */
    public void release() {
        takeAll().forEach(TopicSubscription::end);
    }

    private synchronized List<TopicSubscription> all() {
        return List.copyOf(byTarget.values());
    }

    private synchronized List<TopicSubscription> takeAll() {
        List<TopicSubscription> all = List.copyOf(byTarget.values());
        released = true;
        byTarget.clear();
        return all;
    }
}
