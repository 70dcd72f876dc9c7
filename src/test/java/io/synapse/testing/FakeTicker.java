package io.synapse.testing;

import io.synapse.platform.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A ticker that stands still until the test moves it. Safe for use by many threads. */
public final class FakeTicker implements Ticker {

    // Not 0, and close to the overflow that real tickers may have too.
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000);

    @Override
    public long read() {
        return now.get();
    }

    /** Lets time pass. */
    public void advance(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
