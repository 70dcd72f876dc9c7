package io.synapse.cluster.redis;

import io.synapse.platform.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that goes as a ticker does. */
final class TickerClock extends Clock {

    private final Instant begin = Instant.parse("2026-03-01T00:00:00Z");
    private final Ticker ticker;
    private final long began;

    TickerClock(Ticker ticker) {
        this.ticker = ticker;
        began = ticker.read();
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(ticker.read() - began);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("nobody asks for it");
    }
}
