package io.synapse.bench.load;

/**
 * When each question is due: a fixed number at a time, at a fixed rate, whatever becomes of those before. Latency counts
 * from here and not from the sending, so a server that stalls is charged for the questions it held up as well.
 *
 * @param start of the first, in nanoseconds of {@link System#nanoTime()}
 * @param interval from one burst to the next, in nanoseconds
 * @param burst questions that are due at the same time
 * @param count questions in all
 */
public record Schedule(long start, long interval, int burst, int count) {

    private static final double NANOS = 1e9;

    /**
     * A schedule of whole bursts.
     *
     * @param start of the first burst
     * @param perSecond questions a second
     * @param burst questions that are due at the same time
     * @param seconds how long
     * @return as many bursts as fit, and one at least
     */
    public static Schedule of(long start, double perSecond, int burst, double seconds) {
        int bursts = (int) Math.max(1, Math.round(perSecond * seconds / burst));
        return new Schedule(start, Math.round(NANOS * burst / perSecond), burst, bursts * burst);
    }

    /**
     * When a question is due.
     *
     * @param question 0 for the first
     * @return nanoseconds of {@link System#nanoTime()}
     */
    public long due(int question) {
        return start + question / burst * interval;
    }
}
