package io.synapse.security.limit;

import io.synapse.config.Rate;

/**
 * A token bucket that is one number: the time at which it will be full again, if nothing is taken. Whole nanoseconds, so
 * nothing is ever lost to rounding. The number is kept by whoever uses it, and what time it is is an argument.
 */
final class Bucket {

    private Bucket() {}

    /**
     * Whether one more can be taken.
     *
     * @param full when the bucket is full
     * @return nanoseconds until it can be; 0 for now
     */
    static long wait(Rate rate, long full, long now) {
        long missing = Math.max(0, full - now);
        return Math.max(0, missing + rate.nanosEach() - rate.nanosEach() * rate.burst());
    }

    /** When the bucket is full after one more was taken. */
    static long taken(Rate rate, long full, long now) {
        return (full - now > 0 ? full : now) + rate.nanosEach();
    }

    /** Whether nothing is missing. */
    static boolean isFull(long full, long now) {
        return full - now <= 0;
    }
}
