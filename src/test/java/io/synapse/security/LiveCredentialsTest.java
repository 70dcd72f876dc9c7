package io.synapse.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.security.LiveCredentials.End;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.OddClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LiveCredentialsTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration WARNING = Duration.ofSeconds(60);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final OddClock clock = new OddClock(NOW);
    private final ManualTimers timers = new ManualTimers();
    private final LocalRevocations revocations = new LocalRevocations();
    private final LiveCredentials live =
            new LiveCredentials(new LiveCredentials.Terms(WARNING, GRACE), clock, timers, revocations);
    private final Told told = new Told();

    private static final class Told implements LiveCredentials.Holder {
        private final List<String> all = new ArrayList<>();

        @Override
        public void expiring(Instant at) {
            all.add("expiring " + Duration.between(NOW, at).toSeconds());
        }

        @Override
        public void over(End end) {
            all.add(end.name());
        }
    }

    private static Identity ann(String source, Integer seconds) {
        Optional<Instant> end = Optional.ofNullable(seconds).map(NOW::plusSeconds);
        return new Identity("ann", Set.of()).with(new Credential(Credential.Kind.TOKEN, source, end));
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            clock.advance(Duration.ofSeconds(1));
            timers.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    @DisplayName("B11: a holder is warned once, a minute before, and told of the end when the grace is over")
    void warnsAndEnds() {
        live.begin(ann("k", 100), told);
        pass(39);
        assertThat(told.all).isEmpty();
        pass(1);
        assertThat(told.all).containsExactly("expiring 100");
        pass(69);
        assertThat(told.all).hasSize(1);
        pass(1);
        assertThat(told.all).containsExactly("expiring 100", "EXPIRED");
        pass(1000);
        assertThat(told.all).hasSize(2);
        assertThat(live.count()).isZero();
    }

    @Test
    @DisplayName("B11: what is renewed, also within the grace, lives on, and is warned about anew")
    void renews() {
        Lease lease = live.begin(ann("k", 100), told);
        pass(105);
        assertThat(lease.renew(ann("k", 300))).isTrue();
        assertThat(lease.expiresAt()).contains(NOW.plusSeconds(300));
        pass(134);
        assertThat(told.all).containsExactly("expiring 100");
        pass(1);
        assertThat(told.all).containsExactly("expiring 100", "expiring 300");
        pass(70);
        assertThat(told.all).endsWith("EXPIRED");
        assertThat(lease.renew(ann("k", 900))).isFalse();
        assertThat(live.count()).isZero();
    }

    @Test
    @DisplayName("B11: one that lasts less than the warning is warned about at once; one without end never")
    void warnsAtOnce() {
        live.begin(ann("k", 30), told);
        assertThat(told.all).containsExactly("expiring 30");
        Told other = new Told();
        live.begin(ann("k", null), other);
        pass(10_000);
        assertThat(other.all).isEmpty();
        assertThat(live.count()).isEqualTo(1);
    }

    @Test
    @DisplayName("B11: another client's credential takes nobody's place")
    void keepsToOneClient() {
        Lease lease = live.begin(ann("k", 100), told);
        assertThatThrownBy(() -> lease.renew(new Identity("bob", Set.of())))
                .isInstanceOf(IllegalArgumentException.class);
        Identity other = new Identity("ann", "acme", Set.of(), Set.of(), Set.of(), Credential.ofKey("ann"));
        assertThatThrownBy(() -> lease.renew(other)).isInstanceOf(IllegalArgumentException.class);
        assertThat(lease.identity()).isEqualTo(ann("k", 100));
    }

    @Test
    @DisplayName("B11: what is revoked ends at once, with everything made from it, and nothing else")
    void revokes() {
        Told other = new Told();
        live.begin(ann("k1", 100), told);
        live.begin(ann("k1", null), told);
        Lease moved = live.begin(ann("k1", null), other);
        live.begin(ann("", null), other);
        assertThat(moved.renew(ann("k2", null))).isTrue();
        revocations.announce("k1");
        assertThat(told.all).containsExactly("REVOKED", "REVOKED");
        assertThat(other.all).isEmpty();
        // Found good just before it was revoked, and held only now.
        live.begin(ann("k1", null), told);
        assertThat(told.all).hasSize(3);
        revocations.announce("k2");
        assertThat(other.all).containsExactly("REVOKED");
        assertThat(live.count()).isZero();
    }

    @Test
    @DisplayName("B11: revoked, renewed and ended at the same time, each is told once at most and none stays behind")
    void races() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 500; round++) {
                AtomicInteger ends = new AtomicInteger();
                String source = "s" + round;
                Lease lease = live.begin(ann(source, 1000), new LiveCredentials.Holder() {
                    @Override
                    public void expiring(Instant at) {
                        throw new AssertionError("too early");
                    }

                    @Override
                    public void over(End end) {
                        ends.incrementAndGet();
                    }
                });
                CyclicBarrier start = new CyclicBarrier(3);
                List<Future<?>> all = List.of(
                        threads.submit(() -> {
                            start.await();
                            return lease.renew(ann(source + "'", 2000));
                        }),
                        threads.submit(() -> {
                            start.await();
                            revocations.announce(source);
                            return null;
                        }),
                        threads.submit(() -> {
                            start.await();
                            lease.end();
                            return null;
                        }));
                for (Future<?> each : all) {
                    each.get();
                }
                assertThat(ends.get()).isLessThanOrEqualTo(1);
            }
            assertThat(live.count()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }
}
