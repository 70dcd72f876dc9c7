package io.synapse.platform;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long something took, each time, by ranges that are fixed when it is made. Safe for use by many threads; recording
 * never waits, and the memory is that of one counter for each range.
 */
public final class Histogram {

    private static final double NANOS = 1e9;

    private final long[] bounds;
    private final LongAdder[] ranges;
    private final LongAdder nanos = new LongAdder();

    /**
     * How often it took at most so long.
     *
     * @param seconds the bound; infinite for the last one
     * @param count how often it took no longer, with all that was shorter still
     */
    public record Bucket(double seconds, long count) {}

    /**
     * What was recorded. Of a moment: what is recorded meanwhile may be in the sum and not in the buckets yet.
     *
     * @param buckets from the shortest to the one without a bound
     * @param seconds all times together
     */
    public record Snapshot(List<Bucket> buckets, double seconds) {

        /** Copies the list. */
        public Snapshot {
            buckets = List.copyOf(buckets);
        }

        /**
         * How often anything was recorded.
         *
         * @return 0 or more
         */
        public long count() {
            return buckets.get(buckets.size() - 1).count();
        }
    }

    /**
     * One in which nothing is recorded.
     *
     * @param bounds the upper ends of the ranges, ascending, at least one; what is longer has a range of its own
     * @throws IllegalArgumentException if they do not ascend, or there are none
     */
    public Histogram(List<Duration> bounds) {
        this.bounds = bounds.stream().mapToLong(Duration::toNanos).toArray();
        if (bounds.isEmpty()) {
            throw new IllegalArgumentException("there must be a bound");
        }
        for (int i = 1; i < this.bounds.length; i++) {
            if (this.bounds[i] <= this.bounds[i - 1]) {
                throw new IllegalArgumentException("bounds must ascend: " + bounds);
            }
        }
        ranges = new LongAdder[this.bounds.length + 1];
        for (int i = 0; i < ranges.length; i++) {
            ranges[i] = new LongAdder();
        }
    }

    /**
     * Records one time.
     *
     * @param took nanoseconds; what is negative counts as 0
     */
    public void record(long took) {
        long time = Math.max(0, took);
        int range = 0;
        while (range < bounds.length && time > bounds[range]) {
            range++;
        }
        ranges[range].increment();
        nanos.add(time);
    }

    /**
     * What was recorded so far.
     *
     * @return figures of one moment
     */
    public Snapshot snapshot() {
        List<Bucket> buckets = new ArrayList<>(ranges.length);
        long count = 0;
        for (int i = 0; i < ranges.length; i++) {
            count += ranges[i].sum();
            buckets.add(new Bucket(i < bounds.length ? bounds[i] / NANOS : Double.POSITIVE_INFINITY, count));
        }
        return new Snapshot(buckets, nanos.sum() / NANOS);
    }
}
