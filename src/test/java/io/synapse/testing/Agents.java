package io.synapse.testing;

import io.synapse.agent.Workers;
import io.synapse.config.AgentsConfig;
import io.synapse.platform.Counters;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Workers for tests, on a clock that stands still. */
public final class Agents {

    /** How long a query waits for a worker. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How long a worker has to accept a task. */
    public static final Duration ACCEPT = Duration.ofSeconds(5);

    /** How long a worker has to stop one. */
    public static final Duration CANCEL = Duration.ofSeconds(30);

    private Agents() {}

    /** Workers that may serve these agents, and no other; a task is handed over twice. */
    public static Workers workers(ManualTimers timers, Counters counters, Clock clock, String... remote) {
        AtomicInteger ids = new AtomicInteger();
        AgentsConfig config = new AgentsConfig(List.of(remote), false, PATIENCE, ACCEPT, CANCEL, 2, 100);
        return new Workers(new Workers.Environment(config, clock, timers, () -> "w" + ids.incrementAndGet(), counters));
    }

    /** No agent can be served. */
    public static Workers none() {
        return workers(new ManualTimers(), new Counters(), Clock.systemUTC());
    }
}
