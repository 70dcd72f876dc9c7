package io.synapse.testing;

import io.synapse.platform.Ticker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The calendar's time as a ticker tells it, from a day of its own on. */
public final class TickerClock extends Clock {

    private static final Instant BEGINNING = Instant.parse("2030-01-01T00:00:00Z");

    private final Ticker ticker;

    public TickerClock(Ticker ticker) {
        this.ticker = ticker;
    }

    @Override
    public Instant instant() {
        return BEGINNING.plusNanos(ticker.read());
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
