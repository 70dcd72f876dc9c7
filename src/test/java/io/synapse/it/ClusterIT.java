package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synapse.chaos.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real nodes with a real Redis, of which something fails all the time: with {@code -Dsynapse.chaos=true}, and as options {@code
 * synapse.chaos.seconds}, {@code .clients}, {@code .queries}, {@code .nodes}, {@code .seed}; with {@code .redis=false}, one
 * node alone, which is how the test itself is tried.
 */
@EnabledIfSystemProperty(named = "arquillian.launch", matches = "payara")
@EnabledIfSystemProperty(named = "synapse.chaos", matches = "true")
class ClusterIT {

    private static final int TOPICS = 6;
    private static final int RATE = 40;
    private static final int BATCH = 4;
    private static final int SHOWN = 40;
    /** What a node may print in a minute without Redis: what it says once of each trouble, and no more with more clients. */
    private static final long QUIET = 60;

    // What the nodes printed is needed after a failure.
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private final int seed = option("seed", 1);
    private final Random random = new Random(seed);
    private Cluster cluster;
    private Crowd crowd;

    @AfterEach
    void end() {
        if (crowd != null) {
            crowd.close();
        }
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
        crowd = new Crowd(cluster, TOPICS, random);
    }

    private static void pause(long millis) throws InterruptedException {
        new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    private static List<Fault> some(List<Fault> faults) {
        return faults.subList(0, Math.min(faults.size(), SHOWN));
    }

    private static void assertWhole(List<Asker> askers) {
        assertThat(askers).allSatisfy(asker -> {
            assertThat(asker.results())
                    .hasSize(asker.asked())
                    .allSatisfy(result -> assertThat(result.status()).isEqualTo("success"));
            assertThat(asker.faults()).isEmpty();
        });
    }

    private static Map<String, Long> statuses(List<Asker> askers) {
        return askers.stream()
                .flatMap(asker -> asker.results().stream())
                .collect(Collectors.groupingBy(
                        result -> (result.status() + ' ' + result.reason()).strip(), Collectors.counting()));
    }

    @Test
    @DisplayName(
            "B10: nodes and Redis are killed and cut off at random: no client loses anything without being told, or gets anything twice")
    void survivesChaos() throws Exception {
        start(Map.of());
        crowd.subscribe(option("clients", 300));
        crowd.publish();
        long end = System.nanoTime() + SECONDS.toNanos(option("seconds", 60));
        int blows = 0;
        while (System.nanoTime() < end) {
            pause(2000 + random.nextInt(4000));
            System.out.println("seed " + seed + ", " + ++blows + ": " + strike());
        }
        assertThat(some(crowd.settle())).isEmpty();
    }

    /** Breaks something and mends it again; says what. */
    private String strike() throws Exception {
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

    private static long[] millisSince(long since, Stream<Long> times) {
        return times.mapToLong(at -> (at - since) / 1_000_000).sorted().toArray();
    }

    @Test
    @DisplayName(
            "B10: 200 queries run on a node that is killed: every client gets exactly one result, on the node it comes back to")
    void endsQueriesOfAKilledNode() throws Exception {
        start(Map.of());
        crowd.warm();
        List<Asker> askers = crowd.ask(option("queries", 200), "killed", 2, false, 0);
        long killed = System.nanoTime();
        cluster.node(0).kill();
        await("all have a result")
                .atMost(Crowd.CALM)
                .until(() -> askers.stream().noneMatch(asker -> asker.results().isEmpty()));
        // A second one would come with the lease of another node, at the latest.
        pause(Cluster.LEASE.toMillis());
        long[] took = millisSince(
                killed, askers.stream().map(asker -> asker.results().get(0).at()));
        long[] back = millisSince(killed, askers.stream().map(Asker::answeredAt));
        System.out.printf(
                "%d queries of a killed node: %s, half of them after %d ms, the last after %d ms; lease %d ms; half of the clients were back after %d ms, the last after %d ms%n",
                askers.size(),
                statuses(askers),
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
        crowd.subscribe(option("clients", 150));
        crowd.publish();
        List<Asker> askers = crowd.ask(30, "rolled", 50, true, -1);
        long most = 0;
        for (int i = 0; i < cluster.size(); i++) {
            long began = System.nanoTime();
            PayaraNode node = cluster.node(i);
            assertThat(node.ask("POST", "/api/drain", PayaraNode.ADMIN).statusCode())
                    .isEqualTo(202);
            await("drained")
                    .atMost(Crowd.CALM)
                    .until(() -> node.ask("GET", "/api/drain", PayaraNode.ADMIN)
                            .body()
                            .contains("\"drained\""));
            long drained = mostOpenings(began);
            System.out.printf("%s: at most %d clients came back in a second%n", node.name(), drained);
            most = Math.max(most, drained);
            node.terminate();
            assertThat(node.awaitEnd(Crowd.CALM)).isTrue();
            node.start();
            node.awaitReady();
        }
        crowd.finish(askers);
        List<Fault> faults = crowd.settle();
        System.out.printf(
                "rolled over %d nodes: %d queries, %s; most clients came back in a second: %d of %d%n",
                cluster.size(), askers.stream().mapToInt(Asker::asked).sum(), statuses(askers), most, RATE);
        assertThat(some(faults)).isEmpty();
        assertWhole(askers);
        assertThat(most).isLessThanOrEqualTo(RATE + BATCH);
    }

    /** The most clients that were let in within any second since then. */
    private long mostOpenings(long since) {
        List<Long> times = crowd.openings().stream().filter(at -> at >= since).toList();
        return times.stream()
                .mapToLong(from -> times.stream()
                        .filter(at -> at >= from && at - from < SECONDS.toNanos(1))
                        .count())
                .max()
                .orElse(0);
    }

    @Test
    @DisplayName(
            "B10 G8: Redis is gone for a minute under load: nodes go on, say little, keep little, and have everything when it is back")
    void bearsAnOutage() throws Exception {
        // To look at a heap stops its node for longer than the short lease of the other tests.
        start(Map.of("SYNAPSE_CLUSTER_LEASE", "PT10S"));
        crowd.subscribe(option("clients", 150));
        crowd.publish();
        List<Asker> askers = crowd.ask(30, "outage", 50, true, -1);
        List<Long> before = memory();
        List<Long> printed = lines();
        cluster.redis().kill();
        pause(SECONDS.toMillis(option("outage", 60)));
        List<Long> during = memory();
        List<Long> now = lines();
        List<Long> more = IntStream.range(0, cluster.size())
                .mapToObj(i -> now.get(i) - printed.get(i))
                .toList();
        List<String> health = new ArrayList<>();
        for (int i = 0; i < cluster.size(); i++) {
            health.add(cluster.node(i).ask("GET", "/health/ready", "").body());
        }
        cluster.redis().start();
        long back = System.nanoTime();
        for (int i = 0; i < cluster.size(); i++) {
            PayaraNode node = cluster.node(i);
            await("well again")
                    .atMost(Crowd.CALM)
                    .until(() ->
                            !isDegraded(node.ask("GET", "/health/ready", "").body()));
        }
        long well = (System.nanoTime() - back) / 1_000_000;
        crowd.finish(askers);
        List<Fault> faults = crowd.settle();
        System.out.printf(
                "Redis was gone: live heap %s before, %s at the end of it, %s after it, in KiB; lines printed meanwhile %s; %d queries, %s; well again %d ms after Redis was back%n",
                before,
                during,
                memory(),
                more,
                askers.stream().mapToInt(Asker::asked).sum(),
                statuses(askers),
                well);
        assertThat(health).allMatch(ClusterIT::isDegraded);
        assertThat(more).allMatch(count -> count <= QUIET);
        assertThat(some(faults)).isEmpty();
        assertWhole(askers);
    }

    private static boolean isDegraded(String health) {
        return health.contains("degraded");
    }

    private List<Long> lines() {
        return IntStream.range(0, cluster.size())
                .mapToObj(i -> cluster.node(i).printed().lines().count())
                .toList();
    }

    private List<Long> memory() throws Exception {
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < cluster.size(); i++) {
            all.add(cluster.node(i).liveHeap() / 1024);
        }
        return all;
    }
}
