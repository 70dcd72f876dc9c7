package io.synapse.query;

import java.time.Duration;

/**
 * How long a query has its place, of late: the moving average of those that have ended, in which each counts for an
 * eighth. Not safe for use by many threads: the owner holds a lock.
 */
final class ServiceTime {

    /** Said while nothing is known. */
    static final Duration UNKNOWN = Duration.ofSeconds(1);

    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final double WEIGHT = 0.125;

    private double nanos = -1;

    /** A query has ended after so many nanoseconds. */
    void add(long taken) {
        nanos = nanos < 0 ? taken : nanos + WEIGHT * (taken - nanos);
    }

    /** When a query would have its turn that comes after so many others, of which some run at a time; within bounds. */
    Duration until(int ahead, int concurrent) {
        if (nanos < 0) {
            return UNKNOWN;
        }
        double estimate = nanos * (ahead + 1.0) / concurrent;
        return Duration.ofNanos((long) Math.max(SHORTEST.toNanos(), Math.min(LONGEST.toNanos(), estimate)));
    }
}
