package io.synapse.config;

import java.time.Duration;

/**
 * How a node lets go of its clients before it stops.
 *
 * @param grace how long queries that run may go on
 * @param window over which connections that follow no running query are closed, if there are few; zero: as fast as the
 *     rate allows
 * @param rate connections that are closed in a second, at most: as many clients dial other nodes then
 * @param batchSize connections that are closed at a time
 * @param onStop whether the end of the application waits for all that
 */
public record DrainConfig(Duration grace, Duration window, int rate, int batchSize, boolean onStop) {

    private static final int MOST_BATCHES = 100;
    private static final int MILLIS_WITH_SLACK = 1100;

    /** Checks that a batch is no more than may be closed in a second. */
    public DrainConfig {
        if (batchSize > rate) {
            throw new ConfigException("synapse.drain.batch-size", "must not exceed synapse.drain.rate");
        }
        if (batchSize * MOST_BATCHES < rate) {
            throw new ConfigException("synapse.drain.batch-size", "must be at least a hundredth of synapse.drain.rate");
        }
    }

    /**
     * The time between two batches.
     *
     * @return such that all batches of a second hold no more than the rate, also when some are late by a tenth of it
     */
    public Duration interval() {
        return Duration.ofMillis(MILLIS_WITH_SLACK).multipliedBy(batchSize).dividedBy(rate);
    }
}
