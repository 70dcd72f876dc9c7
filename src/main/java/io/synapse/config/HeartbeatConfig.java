package io.synapse.config;

import java.time.Duration;

/**
 * How the node finds out which clients are still there.
 *
 * @param interval between two pings to one client
 * @param timeout how long a client may take for the first sign of life after a ping before it is cut off
 * @param idleTimeout how long nothing may come from a client of the cortex socket before it is closed
 * @param gatewayIdleTimeout how long no message may pass on a connection of {@code /ws} before it is closed
 */
public record HeartbeatConfig(Duration interval, Duration timeout, Duration idleTimeout, Duration gatewayIdleTimeout) {

    private static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);
    private static final Duration LONGEST_PERIOD = Duration.ofSeconds(5);
    private static final int SWEEPS = 10;

    /** Checks that a client that only answers pings has time to do so. */
    public HeartbeatConfig {
        if (interval.multipliedBy(3).compareTo(idleTimeout.multipliedBy(2)) > 0) {
            throw new ConfigException(
                    "synapse.heartbeat.interval", "must not exceed two thirds of synapse.heartbeat.idle-timeout");
        }
    }

    /**
     * How often connections are looked at, which is how late anything may be noticed.
     *
     * @return a tenth of the shortest of these times, within a tenth of a second and five seconds
     */
    public Duration sweepPeriod() {
        Duration period = shorter(shorter(interval, timeout), shorter(idleTimeout, gatewayIdleTimeout))
                .dividedBy(SWEEPS);
        period = shorter(period, LONGEST_PERIOD);
        return period.compareTo(SHORTEST_PERIOD) < 0 ? SHORTEST_PERIOD : period;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
