package io.synapse.platform;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What has happened on this node since it started. Safe for use by many threads; counting never waits. */
public final class Counters {

    private final Map<Counter, LongAdder> adders = new EnumMap<>(Counter.class);
    private final Map<Timing, Histogram> histograms = new EnumMap<>(Timing.class);

    /** All at zero. */
    public Counters() {
        for (Counter counter : Counter.values()) {
            adders.put(counter, new LongAdder());
        }
        for (Timing timing : Timing.values()) {
            histograms.put(timing, timing.histogram());
        }
    }

    /**
     * Counts one.
     *
     * @param counter what has happened
     */
    public void increment(Counter counter) {
        adders.get(counter).increment();
    }

    /**
     * Counts several.
     *
     * @param counter what has happened
     * @param times how often
     */
    public void add(Counter counter, long times) {
        adders.get(counter).add(times);
    }

    /**
     * How often something has happened.
     *
     * @param counter what
     * @return 0 or more
     */
    public long get(Counter counter) {
        return adders.get(counter).sum();
    }

    /**
     * Records how long something took.
     *
     * @param timing what
     * @param nanos how long
     */
    public void record(Timing timing, long nanos) {
        histograms.get(timing).record(nanos);
    }

    /**
     * How long something took, each time.
     *
     * @param timing what
     * @return figures of one moment
     */
    public Histogram.Snapshot get(Timing timing) {
        return histograms.get(timing).snapshot();
    }
}
