package io.synapse.connection;

import io.synapse.config.HeartbeatConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.protocol.CloseReason;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Watches over all connections: pings them, closes those that are idle, and cuts those whose client is gone. A sweep only
 * looks and decides; nothing in it waits for a client. After the node itself has stood still, clients get the time of a
 * ping before any is ended. Safe for use by many threads; sweeps come one after the other.
 *
 * <p>It holds a connection from {@link #watch} to its end.
 */
public final class Heartbeats {

    private static final System.Logger LOGGER = System.getLogger(Heartbeats.class.getName());

    // A busy machine or a long garbage collection is no reason to restart a node.
    private static final Duration STALLED_AT_LEAST = Duration.ofSeconds(30);
    private static final int STALLED_INTERVALS = 3;
    private static final Duration STANDSTILL_AT_LEAST = Duration.ofSeconds(10);

    private final Set<Pulse> pulses = ConcurrentHashMap.newKeySet();
    private final HeartbeatConfig config;
    private final Ticker ticker;
    private final Executor pinger;
    private final Counters counters;
    private final long standstill;
    private volatile long sweptAt;
    private volatile long patientUntil;

    /**
     * Watches nothing yet.
     *
     * @param config how often, and for how long
     * @param ticker elapsed time, the same as the connections'
     * @param pinger runs pings, which block in some containers; gets at most one for each connection at a time
     * @param counters for what happens
     */
    public Heartbeats(HeartbeatConfig config, Ticker ticker, Executor pinger, Counters counters) {
        this.config = config;
        this.ticker = ticker;
        this.pinger = pinger;
        this.counters = counters;
        standstill = Math.max(config.interval().toNanos(), STANDSTILL_AT_LEAST.toNanos());
        sweptAt = ticker.read();
        patientUntil = sweptAt;
    }

    /**
     * Watches over a connection until it ends.
     *
     * @param connection open
     * @param rule when it is idle
     */
    public void watch(Connection connection, HeartbeatRule rule) {
        Pulse pulse = new Pulse(connection, rule, config);
        pulses.add(pulse);
        connection.onClose(() -> pulses.remove(pulse));
    }

    /** Looks at every connection once. */
    public void sweep() {
        long now = ticker.read();
        if (now - sweptAt > standstill) {
            // What clients have sent meanwhile has yet to be read; to end them all would be the second misfortune.
            LOGGER.log(Level.WARNING, "connections were not looked after for {0}; clients get time", sinceSweep());
            patientUntil = now + config.interval().toNanos();
        }
        boolean patient = now - patientUntil < 0;
        for (Pulse pulse : pulses) {
            try {
                sweep(pulse, now, patient);
            } catch (RuntimeException | Error e) {
                // The others must not go unwatched for it.
                LOGGER.log(Level.ERROR, "watching over " + pulse.connection() + " failed", e);
            }
        }
        sweptAt = ticker.read();
    }

    private void sweep(Pulse pulse, long now, boolean patient) {
        Connection connection = pulse.connection();
        switch (pulse.judge(now, patient)) {
            case FINE -> {
                // Nothing to do until the next sweep.
            }
            case PING -> pinger.execute(() -> pulse.ping(ticker.read()));
            case IDLE -> {
                counters.increment(Counter.CONNECTIONS_EVICTED);
                LOGGER.log(Level.DEBUG, "{0} is idle and closed", connection);
                connection.close(pulse.rule().idleReason());
            }
            case DEAD -> {
                counters.increment(Counter.CONNECTIONS_DEAD);
                LOGGER.log(Level.DEBUG, "{0} gives no sign of life and is cut off", connection);
                connection.abort(CloseReason.DEAD);
            }
        }
    }

    /**
     * How often {@link #sweep} is to be called.
     *
     * @return a tenth of the shortest of the times, within a tenth of a second and five seconds
     */
    public Duration period() {
        return config.sweepPeriod();
    }

    /**
     * How long ago the last sweep ended.
     *
     * @return since the start, if there was none
     */
    public Duration sinceSweep() {
        return Duration.ofNanos(ticker.read() - sweptAt);
    }

    /**
     * Whether sweeps have stopped coming.
     *
     * @return true after three heartbeats without a sweep, and not before half a minute
     */
    public boolean isStalled() {
        Duration since = sinceSweep();
        return since.compareTo(STALLED_AT_LEAST) > 0
                && since.compareTo(config.interval().multipliedBy(STALLED_INTERVALS)) > 0;
    }

    /**
     * How many connections are watched.
     *
     * @return 0 or more
     */
    public int watched() {
        return pulses.size();
    }
}
