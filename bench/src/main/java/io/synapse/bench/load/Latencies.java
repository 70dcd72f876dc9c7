package io.synapse.bench.load;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Latencies of one run, exact to three digits up to a minute. Not thread-safe. */
public final class Latencies {

    private static final double NANOS_PER_MILLI = 1e6;

    private final Histogram histogram = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);

    /**
     * Counts one.
     *
     * @param nanos cut to the bounds of the histogram
     */
    public void record(long nanos) {
        histogram.recordValue(Math.max(0, Math.min(nanos, histogram.getHighestTrackableValue())));
    }

    /**
     * A percentile.
     *
     * @param percent 0 to 100
     * @return milliseconds
     */
    public double millis(double percent) {
        return histogram.getValueAtPercentile(percent) / NANOS_PER_MILLI;
    }
}
