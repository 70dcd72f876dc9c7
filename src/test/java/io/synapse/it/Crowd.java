package io.synapse.it;

import static org.awaitility.Awaitility.await;

import io.synapse.chaos.DeliveryCheck;
import io.synapse.chaos.Fault;
import io.synapse.chaos.Publications;
import io.synapse.chaos.Seen;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Clients of a cluster that publish, subscribe and ask, and come back whatever happens to them; and what is wrong with what
 * they saw. For use by one thread.
 */
final class Crowd implements AutoCloseable {

    /** After which a cluster that nobody troubles has done everything. */
    static final Duration CALM = Duration.ofMinutes(3);

    private static final Duration UP = Duration.ofMinutes(4);
    private static final long PAUSE_MILLIS = 40;
    private static final int WARMING = 20;

    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "crowd");
        thread.setDaemon(true);
        return thread;
    });
    private final Cluster cluster;
    private final Random random;
    private final Map<String, Publications> published = new LinkedHashMap<>();
    private final List<Roamer> all = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<Publisher> publishers = new ArrayList<>();

    /**
     * Nobody yet.
     *
     * @param cluster theirs
     * @param topics how many there are
     * @param random decides who does what
     */
    Crowd(Cluster cluster, int topics, Random random) {
        this.cluster = cluster;
        this.random = random;
        IntStream.range(0, topics).forEach(i -> published.put("public:chaos" + i, new Publications()));
    }

    private <T extends Roamer> T dial(T roamer, int node) {
        all.add(roamer);
        roamer.dialAt(node);
        return roamer;
    }

    /** More of those who follow two topics each; waits until all do. */
    void subscribe(int count) {
        List<String> topics = List.copyOf(published.keySet());
        for (int i = 0; i < count; i++) {
            int first = random.nextInt(topics.size());
            List<String> some = List.of(topics.get(first), topics.get((first + 1) % topics.size()));
            Subscriber subscriber = new Subscriber(cluster::socket, cluster.size(), timers, random.nextLong(), some);
            subscribers.add(dial(subscriber, random.nextInt(cluster.size())));
        }
        await("subscribed").atMost(UP).until(() -> subscribers.stream().allMatch(Subscriber::isThere));
    }

    /** One publisher for each node, three at least, who publish on all topics from now on. */
    void publish() {
        for (int i = 0; i < Math.max(3, cluster.size()); i++) {
            Publisher publisher = new Publisher(
                    cluster::socket, cluster.size(), timers, random.nextLong(), "p" + i, published, PAUSE_MILLIS);
            publishers.add(dial(publisher, i % cluster.size()));
        }
    }

    /**
     * More of those who ask; waits until their answers have begun.
     *
     * @param count how many
     * @param name of their queries
     * @param pace words a second
     * @param again whether they ask again after a result
     * @param node where they begin; none in particular if negative
     */
    List<Asker> ask(int count, String name, int pace, boolean again, int node) {
        List<Asker> askers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Asker asker = new Asker(cluster::socket, cluster.size(), timers, random.nextLong(), name + i, pace, again);
            askers.add(dial(asker, node < 0 ? random.nextInt(cluster.size()) : node));
        }
        await("asking").atMost(UP).until(() -> askers.stream().allMatch(asker -> asker.seq() > 0));
        return askers;
    }

    /** Lets all nodes do what they do all day, so that what is measured is not how a JVM begins. */
    void warm() {
        List<Asker> askers = ask(WARMING * cluster.size(), "warm", 1000, true, -1);
        await("warm")
                .atMost(UP)
                .until(() -> askers.stream().allMatch(asker -> asker.results().size() >= WARMING));
        finish(askers);
        askers.forEach(Asker::close);
    }

    /** Lets them ask nothing new, and waits for the results of the rest. */
    void finish(List<Asker> askers) {
        askers.forEach(Asker::stop);
        await("all have ended").atMost(CALM).until(() -> askers.stream().allMatch(Asker::isDone));
    }

    /** When they were let in, in nanoseconds. */
    List<Long> openings() {
        return all.stream()
                .flatMap(roamer -> roamer.openings().stream())
                .sorted()
                .toList();
    }

    private boolean hasAll(Subscriber subscriber) {
        return subscriber.topics().stream()
                .allMatch(topic -> published
                        .get(topic)
                        .last()
                        .map(last -> subscriber.isAt(topic, last))
                        .orElse(true));
    }

    /** Lets everything arrive, and returns what is wrong with what did. */
    List<Fault> settle() {
        publishers.forEach(Publisher::stop);
        await("everything is acknowledged")
                .atMost(CALM)
                .until(() -> publishers.stream().allMatch(Publisher::isDone));
        try {
            await("everything has come")
                    .atMost(CALM)
                    .until(() -> subscribers.stream().allMatch(this::hasAll));
        } catch (ConditionTimeoutException e) {
            // The checker says who has not got what.
            System.out.println("not everything came: " + e.getMessage());
        }
        return check();
    }

    private List<Fault> check() {
        List<Fault> faults = new ArrayList<>();
        published.values().forEach(topic -> faults.addAll(DeliveryCheck.of(topic)));
        int losses = 0;
        int events = 0;
        for (int i = 0; i < subscribers.size(); i++) {
            for (String topic : subscribers.get(i).topics()) {
                List<Seen> log = subscribers.get(i).log(topic);
                losses += (int) log.stream().filter(Seen.Lost.class::isInstance).count();
                events +=
                        (int) log.stream().filter(Seen.Event.class::isInstance).count();
                faults.addAll(DeliveryCheck.of(published.get(topic), i + " of " + topic, log));
            }
        }
        System.out.printf(
                "%d publications for all, %d for one node; %d clients got %d events, were told of %d losses, came back %d times; faults: %s%n",
                published.values().stream().mapToInt(Publications::count).sum(),
                published.values().stream().mapToInt(Publications::ofNodes).sum(),
                subscribers.size(),
                events,
                losses,
                subscribers.stream().mapToInt(one -> one.openings().size() - 1).sum(),
                faults.stream().collect(Collectors.groupingBy(Fault::kind, Collectors.counting())));
        return faults;
    }

    @Override
    public void close() {
        all.forEach(Roamer::close);
        timers.shutdownNow();
    }
}
