package io.synapse.testing;

import io.synapse.config.PresenceConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.RandomIds;
import io.synapse.presence.MemoryPresence;
import java.time.Clock;
import java.time.Duration;

/** Presence for tests, with small bounds. */
public final class Members {

    private static final PresenceConfig CONFIG =
            new PresenceConfig(Duration.ofSeconds(2), Duration.ofMillis(100), 10, 10);

    private Members() {}

    /** A tracker in memory that tells those who watch on the thread of whoever changes something. */
    public static MemoryPresence tracker(Clock clock, ManualTimers timers, Counters counters) {
        return new MemoryPresence(new MemoryPresence.Environment(
                CONFIG, clock, timers.ticker(), timers, new RandomIds(), counters, Runnable::run));
    }
}
