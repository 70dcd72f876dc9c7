package io.synapse.operations;

import io.synapse.connection.Heartbeats;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/**
 * {@code /health/live}: whether the node's timers run, and the server's, which look after connections. They end what takes too long; if they stand still, time-outs and
 * deadlines do not happen, and only a restart helps.
 */
@Liveness
@ApplicationScoped
public class LiveCheck implements HealthCheck {

    /** The name of the check. */
    public static final String NAME = "synapse-live";

    private static final Duration BEAT = Duration.ofSeconds(1);
    private static final Duration STALLED = Duration.ofSeconds(30);

    private final StartSignal started;
    private final Instance<Timers> timers;
    private final Instance<Ticker> ticker;
    private final Instance<Heartbeats> heartbeats;
    private volatile long lastBeat;

    /** For the proxy that CDI makes. */
    protected LiveCheck() {
        this(null, null, null, null);
    }

    /**
     * A check.
     *
     * @param started whether the rest may be looked at
     * @param timers what must run
     * @param ticker tells since when it has not
     * @param heartbeats what the server's timers must call
     */
    @Inject
    public LiveCheck(
            StartSignal started, Instance<Timers> timers, Instance<Ticker> ticker, Instance<Heartbeats> heartbeats) {
        this.started = started;
        this.timers = timers;
        this.ticker = ticker;
        this.heartbeats = heartbeats;
    }

    @PostConstruct
    void begin() {
        started.whenGiven(this::beat);
    }

    private void beat() {
        lastBeat = ticker.get().read();
        timers.get().after(BEAT, this::beat);
    }

    @Override
    public HealthCheckResponse call() {
        if (!started.isGiven()) {
            // A node that still starts is no reason to restart it.
            return HealthCheckResponse.named(NAME).up().build();
        }
        Duration since = Duration.ofNanos(ticker.get().read() - lastBeat);
        return HealthCheckResponse.named(NAME)
                .status(since.compareTo(STALLED) < 0 && !heartbeats.get().isStalled())
                .withData("timer-beat-ms-ago", since.toMillis())
                .withData("sweep-ms-ago", heartbeats.get().sinceSweep().toMillis())
                .build();
    }
}
