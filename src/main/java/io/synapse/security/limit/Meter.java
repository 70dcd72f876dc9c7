package io.synapse.security.limit;

import io.synapse.config.Rate;
import java.util.Arrays;

/**
 * What a connection, or a subject, has said of late: a bucket for each thing that is counted. All that a message counts as
 * is taken, or nothing. Safe for use by many threads.
 */
final class Meter {

    static final int ALL = 0;
    static final int MESSAGES = 1;
    static final int QUERIES = 2;
    static final int PUBLISHES = 3;
    static final int BUCKETS = 4;

    /** Taken. */
    static final int TAKEN = -1;
    /** The meter is not in use any more; there is another. */
    static final int RETIRED = -2;

    private final long[] full = new long[BUCKETS];
    private boolean retired;

    Meter(long now) {
        Arrays.fill(full, now);
    }

    /** Takes what a message counts as; returns {@link #TAKEN}, or which bucket lacks it, or {@link #RETIRED}. */
    synchronized int take(Rate[] rates, Cost cost, long now) {
        if (retired) {
            return RETIRED;
        }
        int[] buckets = cost.buckets();
        for (int bucket : buckets) {
            if (rates[bucket].isBounded() && Bucket.wait(rates[bucket], full[bucket], now) > 0) {
                return bucket;
            }
        }
        for (int bucket : buckets) {
            if (rates[bucket].isBounded()) {
                full[bucket] = Bucket.taken(rates[bucket], full[bucket], now);
            }
        }
        return TAKEN;
    }

    /** Puts back what was taken for a message that is refused for another reason. */
    synchronized void giveBack(Rate[] rates, Cost cost) {
        for (int bucket : cost.buckets()) {
            full[bucket] -= rates[bucket].nanosEach();
        }
    }

    /** How long until one more can be taken from a bucket. */
    synchronized long wait(Rate rate, int bucket, long now) {
        return Bucket.wait(rate, full[bucket], now);
    }

    /** Ends its use if nothing is missing in it, so that a new one is as good. */
    synchronized boolean retire(long now) {
        for (long each : full) {
            if (!Bucket.isFull(each, now)) {
                return false;
            }
        }
        retired = true;
        return true;
    }
}
