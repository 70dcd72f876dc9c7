package io.synapse.testing;

import io.synapse.config.SessionConfig;
import io.synapse.platform.Counters;
import io.synapse.session.MemorySessions;
import java.time.Duration;

/** Sessions for tests, with small bounds. */
public final class Sessions {

    /** How long they are kept. */
    public static final Duration KEEP = Duration.ofSeconds(30);

    /** Bounds of everything. */
    public static final SessionConfig CONFIG = new SessionConfig(KEEP, 50, 1 << 16);

    private Sessions() {}

    /** Sessions in memory. */
    public static MemorySessions store(ManualTimers timers, Counters counters) {
        return new MemorySessions(CONFIG, timers.ticker(), timers, counters);
    }
}
