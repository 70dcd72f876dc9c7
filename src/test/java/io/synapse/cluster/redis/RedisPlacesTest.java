package io.synapse.cluster.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.ConnectionBounds;
import io.synapse.config.Rate;
import io.synapse.platform.Ticker;
import io.synapse.security.Identity;
import io.synapse.security.limit.ConnectionLimits;
import io.synapse.security.limit.Entrance;
import io.synapse.security.limit.Entrance.Full;
import io.synapse.security.limit.Limit;
import io.synapse.security.limit.Place;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits that hold for two nodes together. */
@Timeout(60)
class RedisPlacesTest {

    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final int RACERS = 50;
    private static final String HERE = "192.0.2.1";

    private final String prefix = TestNode.prefix();
    private RedisServer redis;
    private Node a;
    private Node b;

    private static final class Node implements AutoCloseable {
        final TestNode node;
        final RedisNodes members;
        final ConnectionLimits limits;

        Node(String name, String uri, String prefix) {
            node = TestNode.connected(name, uri, prefix);
            members = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
            limits = new ConnectionLimits(
                    new ConnectionBounds(1000, 20, 10, 5, Rate.OFF, Rate.OFF, 2, 100),
                    Ticker.system(),
                    node.timers,
                    node.counters,
                    new RedisPlaces(node.link, members, LEASE, Duration.ofSeconds(5)));
            members.start();
            TestNode.until(members::holdsLease);
        }

        Entrance enter(String address, String key) {
            return limits.enter(address, Optional.of(new Identity(key, Set.of())));
        }

        @Override
        public void close() {
            members.close();
            node.close();
        }
    }

    @BeforeEach
    void start() {
        redis = RedisServer.run();
        a = new Node("a", redis.uri(), prefix);
        b = new Node("b", redis.uri(), prefix);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    private List<Entrance> race(boolean oneAddress) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Entrance>> racing = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                int racer = i;
                racing.add(threads.submit(() -> {
                    start.await();
                    return (racer % 2 == 0 ? a : b)
                            .enter(oneAddress ? HERE : "198.51.100." + racer, oneAddress ? "key" + racer : "key");
                }));
            }
            start.countDown();
            List<Entrance> came = new ArrayList<>();
            for (Future<Entrance> each : racing) {
                came.add(each.get(40, TimeUnit.SECONDS));
            }
            return came;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Place> places(List<Entrance> all) {
        return all.stream()
                .filter(Place.class::isInstance)
                .map(Place.class::cast)
                .toList();
    }

    @RepeatedTest(3)
    @DisplayName("G12, M15: 50 clients of one key and of one address race for two nodes: exactly the limit gets in")
    void exactUnderRaces() throws Exception {
        List<Entrance> ofKey = race(false);
        assertThat(places(ofKey)).hasSize(10);
        assertThat(ofKey.stream().filter(Full.class::isInstance).map(full -> ((Full) full).limit()))
                .containsOnly(Limit.KEY);
        assertThat(places(race(true))).hasSize(20);
        places(ofKey).get(0).release();
        TestNode.until(() -> a.enter("192.0.2.200", "key") instanceof Place);
        assertThat(b.enter("192.0.2.201", "key")).isInstanceOf(Full.class);
    }

    @Test
    @DisplayName("G12: the places of a node that died come back by themselves; those of a node that lives do not")
    void deadNode() {
        for (int i = 0; i < 5; i++) {
            assertThat(a.enter(HERE, "key")).isInstanceOf(Place.class);
            assertThat(b.enter(HERE, "key")).isInstanceOf(Place.class);
        }
        assertThat(a.enter(HERE, "key")).isInstanceOf(Full.class);
        b.close();
        List<Place> got = new ArrayList<>();
        TestNode.until(() -> {
            if (a.enter(HERE, "key") instanceof Place place) {
                got.add(place);
            }
            return got.size() == 5;
        });
        assertThat(a.enter(HERE, "key")).isInstanceOf(Full.class);
    }

    @Test
    @DisplayName(
            "M15, B10: while Redis is away each node's own bound holds; what came meanwhile counts when it is back")
    void redisIsAway() {
        assertThat(a.enter(HERE, "key")).isInstanceOf(Place.class);
        redis.kill();
        TestNode.until(() -> !a.node.link.isUp() && !b.node.link.isUp());
        for (int i = 0; i < 9; i++) {
            assertThat(a.enter(HERE, "key")).isInstanceOf(Place.class);
        }
        assertThat(a.enter(HERE, "key")).isInstanceOf(Full.class);
        assertThat(b.enter(HERE, "key")).isInstanceOf(Place.class);
        redis.start();
        // Whoever is let in before all are counted again leaves at once.
        TestNode.until(() -> {
            Entrance entrance = b.enter(HERE, "key");
            if (entrance instanceof Place place) {
                place.release();
            }
            return entrance instanceof Full;
        });
    }
}
