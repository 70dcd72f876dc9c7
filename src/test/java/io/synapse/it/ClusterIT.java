package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synapse.chaos.DeliveryCheck;
import io.synapse.chaos.Fault;
import io.synapse.chaos.Publications;
import io.synapse.chaos.Seen;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real nodes with a real Redis, of which something fails all the time: with {@code -Dsynapse.chaos=true}, and as options {@code
 * synapse.chaos.seconds}, {@code .clients}, {@code .queries}, {@code .nodes}, {@code .seed}; with {@code .redis=false}, one
 * node alone, which is how the test itself is tried.
 */
@EnabledIfSystemProperty(named = "arquillian.launch", matches = "payara")
@EnabledIfSystemProperty(named = "synapse.chaos", matches = "true")
class ClusterIT {

    private static final Duration CALM = Duration.ofMinutes(3);
    private static final Duration UP = Duration.ofMinutes(4);
    private static final int RATE = 40;
    private static final int BATCH = 4;
    private static final int SHOWN = 40;
    private static final int WARMING = 20;

    @TempDir
    private Path folder;

    private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2, task -> {
        Thread thread = new Thread(task, "cluster-it");
        thread.setDaemon(true);
        return thread;
    });
    private final List<Roamer> roamers = new ArrayList<>();
    private Cluster cluster;

    @AfterEach
    void end() {
        roamers.forEach(Roamer::close);
        timers.shutdownNow();
        if (cluster != null) {
            cluster.close();
        }
    }

    private static int option(String name, int otherwise) {
        String text = option(name);
        return text == null ? otherwise : Integer.parseInt(text);
    }

    private static String option(String name) {
        return System.getProperty("synapse.chaos." + name);
    }

    private void start(Map<String, String> environment) throws IOException {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.put("SYNAPSE_QUERY_MAX_CONCURRENT", "300");
        all.put("SYNAPSE_TOPICS_HISTORY_COUNT", "20000");
        cluster = "false".equals(option("redis"))
                ? Cluster.alone(folder, all)
                : Cluster.start(folder, option("nodes", 3), all);
    }

    private <T extends Roamer> T dial(T roamer) {
        roamers.add(roamer);
        roamer.dial();
        return roamer;
    }

    private static void pause(long millis) throws InterruptedException {
        new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    private Map<String, Publications> topics(int count) {
        Map<String, Publications> published = new LinkedHashMap<>();
        IntStream.range(0, count).forEach(i -> published.put("public:chaos" + i, new Publications()));
        return published;
    }

    private List<Subscriber> subscribe(int count, List<String> topics, Random random) {
        List<Subscriber> subscribers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int first = random.nextInt(topics.size());
            List<String> some = List.of(topics.get(first), topics.get((first + 1) % topics.size()));
            subscribers.add(dial(new Subscriber(cluster::socket, cluster.size(), timers, random.nextLong(), some)));
        }
        await("subscribed").atMost(UP).until(() -> subscribers.stream().allMatch(Subscriber::isThere));
        return subscribers;
    }

    private List<Publisher> publish(Map<String, Publications> published, Random random) {
        List<Publisher> publishers = new ArrayList<>();
        for (int i = 0; i < Math.max(3, cluster.size()); i++) {
            Publisher publisher =
                    new Publisher(cluster::socket, cluster.size(), timers, random.nextLong(), "p" + i, published, 40);
            roamers.add(publisher);
            publisher.dialAt(i % cluster.size());
            publishers.add(publisher);
        }
        return publishers;
    }

    /** Lets everything arrive, and returns what is wrong with what did. */
    private List<Fault> settle(
            Map<String, Publications> published, List<Publisher> publishers, Collection<Subscriber> subscribers) {
        publishers.forEach(Publisher::stop);
        await("everything is acknowledged")
                .atMost(CALM)
                .until(() -> publishers.stream().allMatch(Publisher::isDone));
        boolean[] whole = {true};
        try {
            await("everything has come")
                    .atMost(CALM)
                    .until(() -> subscribers.stream()
                            .allMatch(subscriber -> subscriber.topics().stream()
                                    .allMatch(topic -> published
                                            .get(topic)
                                            .last()
                                            .map(last -> subscriber.isAt(topic, last))
                                            .orElse(true))));
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            // The checker says who has not got what.
            whole[0] = false;
        }
        List<Fault> faults = new ArrayList<>();
        published.values().forEach(topic -> faults.addAll(DeliveryCheck.of(topic)));
        int number = 0;
        int losses = 0;
        int events = 0;
        for (Subscriber subscriber : subscribers) {
            number++;
            for (String topic : subscriber.topics()) {
                List<Seen> log = subscriber.log(topic);
                losses += (int) log.stream().filter(Seen.Lost.class::isInstance).count();
                events +=
                        (int) log.stream().filter(Seen.Event.class::isInstance).count();
                faults.addAll(DeliveryCheck.of(published.get(topic), number + " of " + topic, log));
            }
        }
        System.out.printf(
                "%d publications for all, %d for one node; %d clients got %d events, were told of %d losses, came back %d times; faults: %s%s%n",
                published.values().stream().mapToInt(Publications::count).sum(),
                published.values().stream().mapToInt(Publications::ofNodes).sum(),
                subscribers.size(),
                events,
                losses,
                subscribers.stream().mapToInt(one -> one.openings().size() - 1).sum(),
                faults.stream().collect(Collectors.groupingBy(Fault::kind, Collectors.counting())),
                whole[0] ? "" : "; not everything came");
        return faults;
    }

    @Test
    @DisplayName(
            "B10: nodes and Redis are killed and cut off at random: no client loses anything without being told, or gets anything twice")
    void survivesChaos() throws Exception {
        int seed = option("seed", 1);
        Random random = new Random(seed);
        start(Map.of());
        Map<String, Publications> published = topics(6);
        List<Subscriber> subscribers = subscribe(option("clients", 300), List.copyOf(published.keySet()), random);
        List<Publisher> publishers = publish(published, random);
        long end = System.nanoTime() + SECONDS.toNanos(option("seconds", 60));
        int blows = 0;
        while (System.nanoTime() < end) {
            pause(2000 + random.nextInt(4000));
            System.out.println("seed " + seed + ", " + ++blows + ": " + strike(random));
        }
        assertThat(some(settle(published, publishers, subscribers))).isEmpty();
    }

    private static List<Fault> some(List<Fault> faults) {
        return faults.subList(0, Math.min(faults.size(), SHOWN));
    }

    /** Breaks something and mends it again; says what. */
    private String strike(Random random) throws Exception {
        int index = random.nextInt(cluster.size());
        int what = cluster.hasRedis() ? random.nextInt(5) : 0;
        int millis = 500 + random.nextInt(4500);
        switch (what) {
            case 0 -> {
                PayaraNode node = cluster.node(index);
                node.kill();
                pause(millis);
                node.start();
                node.awaitReady();
                return "killed " + node.name();
            }
            case 1 -> {
                cluster.redis().kill();
                pause(millis);
                cluster.redis().start();
                return "killed Redis for " + millis + " ms";
            }
            case 2 -> {
                cluster.link(index).cut();
                pause(millis);
                cluster.link(index).heal();
                return "cut node " + index + " off from Redis for " + millis + " ms";
            }
            case 3 -> {
                cluster.link(index).refuse();
                pause(millis);
                cluster.link(index).accept();
                return "Redis refused node " + index + " for " + millis + " ms";
            }
            default -> {
                cluster.link(index).slow(Duration.ofMillis(20 + random.nextInt(200)));
                pause(millis);
                cluster.link(index).slow(Duration.ZERO);
                return "Redis was slow for node " + index + " for " + millis + " ms";
            }
        }
    }

    /** Lets all nodes do what they do all day, so that what is measured is not how a JVM begins. */
    private void warm() {
        List<Asker> askers = new ArrayList<>();
        for (int i = 0; i < WARMING * cluster.size(); i++) {
            Asker asker = new Asker(cluster::socket, cluster.size(), timers, i, "warm" + i, 1000, true);
            roamers.add(asker);
            asker.dialAt(i % cluster.size());
            askers.add(asker);
        }
        await("warm")
                .atMost(UP)
                .until(() -> askers.stream().allMatch(asker -> asker.results().size() >= WARMING));
        askers.forEach(Asker::stop);
        await("calm").atMost(UP).until(() -> askers.stream().allMatch(Asker::isDone));
        askers.forEach(Asker::close);
    }

    private static long[] millisSince(long since, Stream<Long> times) {
        return times.mapToLong(at -> (at - since) / 1_000_000).sorted().toArray();
    }

    @Test
    @DisplayName(
            "B10: 200 queries run on a node that is killed: every client gets exactly one result, on the node it comes back to")
    void endsQueriesOfAKilledNode() throws Exception {
        start(Map.of());
        warm();
        List<Asker> askers = new ArrayList<>();
        for (int i = 0; i < option("queries", 200); i++) {
            Asker asker = new Asker(cluster::socket, cluster.size(), timers, i, "killed" + i, 2, false);
            roamers.add(asker);
            asker.dialAt(0);
            askers.add(asker);
        }
        await("all run").atMost(UP).until(() -> askers.stream().allMatch(asker -> asker.seq() > 0));
        long killed = System.nanoTime();
        cluster.node(0).kill();
        await("all have a result")
                .atMost(CALM)
                .until(() -> askers.stream().noneMatch(asker -> asker.results().isEmpty()));
        // A second one would come with the lease of another node, at the latest.
        pause(Cluster.LEASE.toMillis());
        long[] took = millisSince(
                killed, askers.stream().map(asker -> asker.results().get(0).at()));
        long[] back = millisSince(killed, askers.stream().map(Asker::answeredAt));
        System.out.printf(
                "%d queries of a killed node: %s, half of them after %d ms, the last after %d ms; lease %d ms; half of the clients were back after %d ms, the last after %d ms%n",
                askers.size(),
                askers.stream()
                        .collect(Collectors.groupingBy(
                                asker -> asker.results().get(0).status(), Collectors.counting())),
                took[took.length / 2],
                took[took.length - 1],
                Cluster.LEASE.toMillis(),
                back[back.length / 2],
                back[back.length - 1]);
        assertThat(askers).allSatisfy(asker -> {
            assertThat(asker.results()).hasSize(1);
            assertThat(asker.faults()).isEmpty();
        });
    }

    @Test
    @DisplayName(
            "B10 K2: all nodes are drained and restarted under load: no seq is lost, no query without a result, and clients come back no faster than the rate")
    void rollsOver() throws Exception {
        start(Map.of(
                "SYNAPSE_DRAIN_RATE",
                Integer.toString(RATE),
                "SYNAPSE_DRAIN_BATCH_SIZE",
                Integer.toString(BATCH),
                "SYNAPSE_DRAIN_WINDOW",
                "PT5S",
                "SYNAPSE_DRAIN_GRACE",
                "PT60S"));
        Random random = new Random(option("seed", 1));
        Map<String, Publications> published = topics(6);
        List<Subscriber> subscribers = subscribe(option("clients", 150), List.copyOf(published.keySet()), random);
        List<Publisher> publishers = publish(published, random);
        List<Asker> askers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            askers.add(dial(
                    new Asker(cluster::socket, cluster.size(), timers, random.nextLong(), "rolled" + i, 40 + i, true)));
        }
        await("asking").atMost(UP).until(() -> askers.stream().allMatch(asker -> asker.seq() > 0));
        long most = 0;
        for (int i = 0; i < cluster.size(); i++) {
            long began = System.nanoTime();
            PayaraNode node = cluster.node(i);
            assertThat(node.ask("POST", "/api/drain", PayaraNode.ADMIN).statusCode())
                    .isEqualTo(202);
            await("drained")
                    .atMost(CALM)
                    .until(() -> node.ask("GET", "/api/drain", PayaraNode.ADMIN)
                            .body()
                            .contains("\"drained\""));
            most = Math.max(most, mostOpenings(began));
            node.terminate();
            assertThat(node.awaitEnd(CALM)).isTrue();
            node.start();
            node.awaitReady();
        }
        askers.forEach(Asker::stop);
        await("all have ended").atMost(CALM).until(() -> askers.stream().allMatch(Asker::isDone));
        List<Fault> faults = settle(published, publishers, subscribers);
        System.out.printf(
                "rolled over %d nodes: %d queries, %s; most clients came back in a second: %d of %d%n",
                cluster.size(),
                askers.stream().mapToInt(Asker::asked).sum(),
                askers.stream()
                        .flatMap(asker -> asker.results().stream())
                        .collect(Collectors.groupingBy(Asker.Result::status, Collectors.counting())),
                most,
                RATE);
        assertThat(some(faults)).isEmpty();
        assertThat(askers).allSatisfy(asker -> {
            assertThat(asker.results())
                    .hasSize(asker.asked())
                    .allSatisfy(result -> assertThat(result.status()).isEqualTo("success"));
            assertThat(asker.faults()).isEmpty();
        });
        assertThat(most).isLessThanOrEqualTo(RATE + BATCH);
    }

    /** The most clients that were let in within any second since then. */
    private long mostOpenings(long since) {
        List<Long> times = roamers.stream()
                .flatMap(roamer -> roamer.openings().stream())
                .filter(at -> at >= since)
                .sorted()
                .toList();
        return times.stream()
                .mapToLong(from -> times.stream()
                        .filter(at -> at >= from && at - from < SECONDS.toNanos(1))
                        .count())
                .max()
                .orElse(0);
    }
}
