package io.synapse.security.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.ConnectionBounds;
import io.synapse.config.Rate;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.limit.Entrance.Full;
import io.synapse.testing.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionLimitsTest {

    private static final Rate TEN_A_MINUTE = new Rate(Duration.ofSeconds(6).toNanos(), 10);
    private static final Rate TWENTY_A_MINUTE = new Rate(Duration.ofSeconds(3).toNanos(), 20);
    private static final String HERE = "192.0.2.1";
    private static final int RACERS = 50;

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();

    private ConnectionLimits limits(ConnectionBounds bounds) {
        return new ConnectionLimits(bounds, timers.ticker(), timers, counters);
    }

    private static ConnectionBounds bounds(int all, int perAddress, int perKey, int perUser, Rate opened) {
        return new ConnectionBounds(all, perAddress, perKey, perUser, opened, TWENTY_A_MINUTE, 2, 3);
    }

    private static Identity key(String name) {
        return new Identity(name, Set.of());
    }

    private static Identity token(String subject, String key) {
        return key(subject).with(new Credential(Credential.Kind.TOKEN, key, Optional.empty()));
    }

    private static Limit limit(Entrance entrance) {
        return ((Full) entrance).limit();
    }

    /** What the racers ask for, and the limit that stops them at ten. */
    enum Edge {
        ADDRESS(Limit.ADDRESS),
        KEY(Limit.KEY),
        USER(Limit.USER),
        NODE(Limit.NODE),
        RATE(Limit.NEW_CONNECTIONS);

        private final Limit limit;

        Edge(Limit limit) {
            this.limit = limit;
        }

        private ConnectionBounds bounds() {
            return ConnectionLimitsTest.bounds(
                    this == NODE ? 10 : 1000,
                    this == ADDRESS ? 10 : 0,
                    this == KEY ? 10 : 0,
                    this == USER ? 10 : 0,
                    this == RATE ? TEN_A_MINUTE : Rate.OFF);
        }

        private Entrance ask(ConnectionLimits limits) {
            return limits.enter(HERE, Optional.of(this == USER ? token("ann", "") : key("k")));
        }
    }

    @ParameterizedTest
    @EnumSource(Edge.class)
    @DisplayName("M15 K7 G12: of 50 who race, exactly as many come in as may, and one more for each that goes")
    void exactAtTheEdge(Edge edge) throws Exception {
        ConnectionLimits limits = limits(edge.bounds());
        CyclicBarrier start = new CyclicBarrier(RACERS);
        ExecutorService threads = Executors.newFixedThreadPool(RACERS);
        List<Place> places = new ArrayList<>();
        try {
            List<Future<Entrance>> racing = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                racing.add(threads.submit(() -> {
                    start.await();
                    return edge.ask(limits);
                }));
            }
            for (Future<Entrance> one : racing) {
                if (one.get() instanceof Place place) {
                    places.add(place);
                } else {
                    assertThat(limit(one.get())).isEqualTo(edge.limit);
                    assertThat(((Full) one.get()).retryAfterMillis()).isGreaterThanOrEqualTo(1000);
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(places).hasSize(10);
        assertThat(limits.count()).isEqualTo(10);
        places.forEach(place -> assertThat(place.open()).isTrue());
        if (edge == Edge.RATE) {
            timers.advance(Duration.ofSeconds(6).minusNanos(1));
            assertThat(edge.ask(limits)).isInstanceOf(Full.class);
            timers.advance(Duration.ofNanos(1));
        } else {
            places.get(0).release();
            places.get(0).release();
        }
        assertThat(edge.ask(limits)).isInstanceOf(Place.class);
        assertThat(edge.ask(limits)).isInstanceOf(Full.class);
    }

    @Test
    @DisplayName("M15: a handshake that becomes no connection gives its place back, at once or after a while")
    void noPlaceIsLost() {
        ConnectionLimits limits = limits(bounds(1, 1, 1, 1, Rate.OFF));
        Place first = (Place) limits.enter(HERE, Optional.of(key("k")));
        first.abandon();
        assertThat(limits.count()).isZero();
        assertThat(first.open()).as("it came after all").isFalse();
        Place second = (Place) limits.enter(HERE, Optional.of(key("k")));
        timers.advance(ConnectionLimits.RESERVATION);
        assertThat(limits.count()).isZero();
        assertThat(limits.held("key k")).isZero();
        assertThat(second.open()).isFalse();
        second.release();
        Place third = (Place) limits.enter(HERE, Optional.of(key("k")));
        assertThat(third.open()).isTrue();
        third.abandon();
        timers.advance(ConnectionLimits.RESERVATION);
        assertThat(limits.count()).as("what is open stays").isEqualTo(1);
        third.release();
        assertThat(limits.count()).isZero();
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("M15: a join takes a place of its key for the connection, once; a token of the key is the key")
    void joins() {
        ConnectionLimits limits = limits(bounds(100, 0, 2, 1, Rate.OFF));
        Place first = (Place) limits.enter(HERE, Optional.empty());
        Place second = (Place) limits.enter(HERE, Optional.of(token("whoever", "k")));
        assertThat(first.claim(key("k"))).isEmpty();
        assertThat(first.claim(token("k", "k"))).isEmpty();
        Place third = (Place) limits.enter(HERE, Optional.empty());
        assertThat(third.claim(key("k")).orElseThrow().limit()).isEqualTo(Limit.KEY);
        assertThat(third.claim(key("other"))).isEmpty();
        assertThat(third.claim(token("ann", ""))).isEmpty();
        assertThat(second.claim(token("ann", "")).orElseThrow().limit()).isEqualTo(Limit.USER);
        assertThat(first.claim(key("k"))).as("it has its place").isEmpty();
        first.release();
        assertThat(third.claim(key("k"))).isEmpty();
        second.release();
        third.release();
        assertThat(limits.held("key k")).isZero();
        assertThat(limits.held("key other")).isZero();
        assertThat(limits.held("user ann")).isZero();
        assertThat(counters.get(Counter.LIMITED_KEY)).isEqualTo(1);
        assertThat(counters.get(Counter.LIMITED_USER)).isEqualTo(1);
    }

    @Test
    @DisplayName("M15: whoever goes on asking is told to wait longer, up to five minutes; who comes in begins anew")
    void waitsLonger() {
        ConnectionLimits limits = limits(bounds(1000, 0, 0, 0, TEN_A_MINUTE));
        for (int i = 0; i < 10; i++) {
            assertThat(limits.enter(HERE, Optional.empty())).isInstanceOf(Place.class);
        }
        int last = 0;
        for (int i = 0; i < 200; i++) {
            int seconds = limits.knock(HERE)
                    .orElseThrow()
                    .refused()
                    .retryAfterSeconds()
                    .orElseThrow();
            assertThat(seconds).isGreaterThanOrEqualTo(last).isBetween(6, 300);
            last = seconds;
        }
        assertThat(last).isEqualTo(300);
        timers.advance(Duration.ofSeconds(6));
        assertThat(limits.knock(HERE)).isEmpty();
        assertThat(limits.enter(HERE, Optional.empty())).isInstanceOf(Place.class);
        assertThat(limits.knock(HERE).orElseThrow().refused().retryAfterSeconds())
                .hasValue(6);
    }

    @Test
    @DisplayName("M15: 20 wrong credentials a minute of an address; then none is looked at, of this address only")
    void failures() {
        ConnectionLimits limits = limits(bounds(1000, 0, 0, 0, Rate.OFF));
        Place place = (Place) limits.enter("192.0.2.9", Optional.empty());
        for (int i = 0; i < 20; i++) {
            assertThat(limits.mayTry(HERE)).isEmpty();
            assertThat(place.mayTry()).isEmpty();
            limits.failed(HERE);
            place.failed();
        }
        assertThat(limits.mayTry(HERE).orElseThrow().limit()).isEqualTo(Limit.FAILED_LOGINS);
        assertThat(limits.knock(HERE)).isPresent();
        assertThat(place.mayTry()).isPresent();
        assertThat(limits.mayTry("192.0.2.2")).isEmpty();
        timers.advance(Duration.ofSeconds(3));
        assertThat(limits.mayTry(HERE)).isEmpty();
        limits.failed(HERE);
        limits.failed(HERE);
        timers.advance(Duration.ofSeconds(3));
        assertThat(limits.mayTry(HERE)).isEmpty();
    }

    @Test
    @DisplayName("G12: connections that are opened to be closed are few, and count among those an address opens")
    void closing() {
        ConnectionLimits limits =
                limits(bounds(1000, 0, 0, 0, new Rate(Duration.ofDays(1).toNanos(), 3)));
        Place first = limits.enterToBeClosed(HERE).orElseThrow();
        Place second = limits.enterToBeClosed(HERE).orElseThrow();
        assertThat(limits.enterToBeClosed(HERE)).isEmpty();
        assertThat(limits.count()).isZero();
        assertThat(first.open()).isTrue();
        first.release();
        second.abandon();
        assertThat(limits.closing()).isZero();
        Place third = limits.enterToBeClosed(HERE).orElseThrow();
        third.abandon();
        assertThat(limits.enterToBeClosed(HERE))
                .as("the address has used up its burst")
                .isEmpty();
    }

    @Test
    @DisplayName("M15: addresses are forgotten when there is nothing to remember; those over the bound share one")
    void boundedAddresses() {
        ConnectionLimits limits = limits(bounds(1000, 2, 0, 0, TEN_A_MINUTE));
        for (String address : List.of("a", "b", "c")) {
            ((Place) limits.enter(address, Optional.empty())).open();
        }
        int shared = 0;
        for (int i = 0; limits.enter("d" + i, Optional.empty()) instanceof Place; i++) {
            shared++;
        }
        assertThat(shared).isEqualTo(10);
        assertThat(limits.known()).isEqualTo(3);
        assertThat(counters.get(Counter.LIMITS_SHARED)).isEqualTo(11);
        Place own = (Place) limits.enter("c", Optional.empty());
        own.abandon();
        timers.advance(Duration.ofMinutes(2));
        assertThat(limits.known()).isEqualTo(3);
        assertThat(limits.count()).isEqualTo(3);
    }
}
