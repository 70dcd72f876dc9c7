package io.synapse.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands still and can fail, and with it whatever asks for the time. Safe for use by many threads. */
public final class OddClock extends Clock {

    private volatile Instant now;
    private volatile boolean broken;

    /** A clock that works until it is told not to. */
    public OddClock(Instant now) {
        this.now = now;
    }

    /** Fails from now on, or works again. */
    public void broken(boolean fails) {
        broken = fails;
    }

    /** Lets time pass. */
    public void advance(Duration time) {
        now = now.plus(time);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }

    @Override
    public Instant instant() {
        if (broken) {
            throw new IllegalStateException("expected");
        }
        return now;
    }
}
