package io.synapse.platform;

/** Elapsed time: monotonic, unrelated to the calendar. For the calendar there is {@link java.time.Clock}. */
@FunctionalInterface
public interface Ticker {

    /**
     * Reads the elapsed time.
     *
     * @return nanoseconds since an arbitrary origin; only differences mean something
     */
    long read();

    /**
     * The ticker of this machine.
     *
     * @return one backed by {@link System#nanoTime()}
     */
    static Ticker system() {
        return System::nanoTime;
    }
}
