package io.synapse.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.PresenceConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MemoryPresenceTest extends PresenceTrackerContract {

    @Override
    PresenceTracker open(PresenceConfig config) {
        return new MemoryPresence(new MemoryPresence.Environment(
                config, clock, timers.ticker(), timers, () -> "r" + refs.incrementAndGet(), counters, Runnable::run));
    }

    @Test
    @Timeout(60)
    @DisplayName("G10: a storm of members and watchers on many threads leaves nothing, and nobody is seen wrong")
    void storm() throws Exception {
        PresenceTracker tracker = open(new PresenceConfig(Duration.ofMillis(5), Duration.ofMillis(1), 20, 40));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> storm = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int thread = t;
                storm.add(threads.submit(() -> {
                    for (int i = 0; i < 2000; i++) {
                        String topic = "cortex:" + i % 3;
                        Optional<Membership> member =
                                tracker.track(topic, new PresenceOwner("k" + i % 5, "s" + thread), "c" + i);
                        PhoenixPresence client = new PhoenixPresence(tracker.watch(topic, () -> {})).read();
                        member.ifPresent(mine -> mine.update(Optional.of("busy"), OptionalDouble.empty()));
                        if (i % 10 == 0) {
                            timers.advance(Duration.ofMillis(1));
                        }
                        client.read().end();
                        member.ifPresent(Membership::leave);
                    }
                }));
            }
            for (Future<?> each : storm) {
                each.get(50, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        timers.advance(Duration.ofSeconds(1));
        assertThat(tracker.status()).isEqualTo(new PresenceTracker.Status(0, 0, 0));
        assertThat(timers.pending()).isZero();
    }
}
