package io.synapse.query;

/** What a follower was told last of a position in the queue. Guarded by the follower's lock. */
final class ToldPosition {

    private int position;
    private long at;

    /** Whether another position is to be told now: the first one always, then those that differ, once in an interval. */
    boolean isDue(int now, long time, long interval) {
        return position == 0 || now != position && time - at >= interval;
    }

    void told(int now, long time) {
        position = now;
        at = time;
    }
}
