package io.synapse.security.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.MessageRates;
import io.synapse.config.Rate;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.limit.ConnectionRates.TooSoon;
import io.synapse.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RatesTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Rate MINUTELY = new Rate(SECOND.toNanos(), 20);
    private static final Rate QUERIES = new Rate(6 * SECOND.toNanos(), 10);
    private static final Rate ALL = new Rate(SECOND.toNanos() / 100, 1000);
    private static final Identity ANN = new Identity("ann", Set.of());
    private static final Identity BOB = new Identity("bob", Set.of());

    private final FakeTicker ticker = new FakeTicker();
    private final Counters counters = new Counters();

    private Rates rates(int refusals, int maxSubjects) {
        Map<String, Integer> factors = Map.of("synapse-publisher", 100);
        return new Rates(
                new MessageRates(MINUTELY, QUERIES, MINUTELY, ALL, factors, refusals, maxSubjects), ticker, counters);
    }

    private static int passing(ConnectionRates connection, Identity who, Cost cost) {
        int passed = 0;
        while (passed < 10_000 && connection.take(who, cost).isEmpty()) {
            passed++;
        }
        return passed;
    }

    @Test
    @DisplayName("M15: 60 messages a minute with a burst of 20: exact at the edges, of a connection and of a subject")
    void messages() {
        ConnectionRates first = rates(100, 100).open();
        assertThat(passing(first, ANN, Cost.MESSAGE)).isEqualTo(20);
        assertThat(first.take(ANN, Cost.MESSAGE)).contains(new TooSoon("messages", "connection", 1000));
        ticker.advance(SECOND.minusNanos(1));
        assertThat(passing(first, ANN, Cost.MESSAGE)).isZero();
        ticker.advance(Duration.ofNanos(1));
        assertThat(passing(first, ANN, Cost.MESSAGE)).isEqualTo(1);
        ticker.advance(Duration.ofMinutes(1));
        assertThat(passing(first, ANN, Cost.MESSAGE)).isEqualTo(20);
        int more = 0;
        for (int i = 0; i < 60; i++) {
            ticker.advance(SECOND);
            more += passing(first, ANN, Cost.MESSAGE);
        }
        assertThat(more).isEqualTo(60);
    }

    @Test
    @DisplayName("M15: what is counted of a subject is counted on all its connections together, of others apart")
    void subjects() {
        Rates rates = rates(100, 100);
        ConnectionRates first = rates.open();
        ConnectionRates second = rates.open();
        assertThat(passing(first, ANN, Cost.MESSAGE)).isEqualTo(20);
        assertThat(second.take(ANN, Cost.MESSAGE)).contains(new TooSoon("messages", "subject", 1000));
        assertThat(passing(second, BOB, Cost.MESSAGE))
                .as("what the subject lacked is not taken from the connection")
                .isEqualTo(20);
        ConnectionRates unknown = rates.open();
        assertThat(passing(unknown, null, Cost.MESSAGE)).isEqualTo(20);
    }

    @Test
    @DisplayName("M15: 10 queries a minute; what counts for nothing passes all the same, up to its own bound")
    void queries() {
        ConnectionRates connection = rates(100, 100).open();
        assertThat(passing(connection, ANN, Cost.QUERY)).isEqualTo(10);
        assertThat(connection.take(ANN, Cost.QUERY)).contains(new TooSoon("queries", "connection", 6000));
        assertThat(passing(connection, ANN, Cost.PUBLISH)).isEqualTo(10);
        assertThat(connection.take(ANN, Cost.PUBLISH).orElseThrow().limit()).isEqualTo("messages");
        assertThat(passing(connection, ANN, Cost.NOTHING)).isEqualTo(980);
        assertThat(connection.take(ANN, Cost.NOTHING)).contains(new TooSoon("all_messages", "connection", 10));
    }

    @Test
    @DisplayName("M15: a role may have a multiple")
    void roles() {
        Identity publisher = new Identity("news", Set.of(), Set.of(Role.PUBLISHER, Role.USER));
        ConnectionRates connection = rates(100, 100).open();
        assertThat(passing(connection, publisher, Cost.PUBLISH)).isEqualTo(2000);
        assertThat(connection.take(publisher, Cost.PUBLISH).orElseThrow().retryAfterMillis())
                .isEqualTo(10);
    }

    @Test
    @DisplayName("M15: so many refused in a row are abuse; one that passes begins anew, a heartbeat does not")
    void abuse() {
        ConnectionRates connection = rates(3, 100).open();
        passing(connection, ANN, Cost.MESSAGE);
        connection.take(ANN, Cost.MESSAGE);
        assertThat(connection.isAbuse()).isFalse();
        ticker.advance(SECOND);
        assertThat(connection.take(ANN, Cost.MESSAGE)).isEmpty();
        connection.take(ANN, Cost.MESSAGE);
        connection.take(ANN, Cost.MESSAGE);
        assertThat(connection.take(ANN, Cost.NOTHING)).isEmpty();
        assertThat(connection.isAbuse()).isFalse();
        connection.take(ANN, Cost.MESSAGE);
        assertThat(connection.isAbuse()).isTrue();
    }

    @Test
    @DisplayName("M15: subjects are forgotten when they are as good as new; when all are busy, others share one")
    void boundedSubjects() {
        Rates rates = rates(100, 2);
        ConnectionRates first = rates.open();
        first.take(ANN, Cost.MESSAGE);
        rates.open().take(BOB, Cost.MESSAGE);
        ConnectionRates third = rates.open();
        ConnectionRates fourth = rates.open();
        Identity carl = new Identity("carl", Set.of());
        Identity dora = new Identity("dora", Set.of());
        assertThat(passing(third, carl, Cost.MESSAGE)).isEqualTo(20);
        assertThat(passing(fourth, dora, Cost.MESSAGE)).isZero();
        assertThat(counters.get(Counter.LIMITS_SHARED)).isEqualTo(2);
        assertThat(rates.subjects()).isEqualTo(2);
        ticker.advance(Duration.ofMinutes(1));
        Identity eve = new Identity("eve", Set.of());
        assertThat(passing(rates.open(), eve, Cost.MESSAGE)).isEqualTo(20);
        assertThat(rates.subjects()).isEqualTo(1);
        assertThat(passing(first, ANN, Cost.MESSAGE))
                .as("whoever holds a retired meter gets the new one")
                .isEqualTo(20);
        assertThat(passing(rates.open(), ANN, Cost.MESSAGE)).isZero();
    }

    @Test
    @DisplayName("M15: without any rate nothing is counted")
    void off() {
        Rates rates =
                new Rates(new MessageRates(Rate.OFF, Rate.OFF, Rate.OFF, Rate.OFF, Map.of(), 1, 1), ticker, counters);
        assertThat(passing(rates.open(), ANN, Cost.QUERY)).isEqualTo(10_000);
        assertThat(rates.subjects()).isZero();
    }

    @Test
    @DisplayName("M15: 50 connections of a subject that race get a burst together, never one more")
    void races() throws Exception {
        Rates rates = rates(0, 100);
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            List<Future<Integer>> racing = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                racing.add(threads.submit(() -> passing(rates.open(), ANN, Cost.QUERY)));
            }
            int passed = 0;
            for (Future<Integer> one : racing) {
                passed += one.get();
            }
            assertThat(passed).isEqualTo(10);
        } finally {
            threads.shutdownNow();
        }
    }
}
