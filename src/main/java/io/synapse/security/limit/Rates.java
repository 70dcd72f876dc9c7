package io.synapse.security.limit;

import io.synapse.config.MessageRates;
import io.synapse.config.Rate;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast connections and subjects may send. Safe for use by many threads. It holds a {@link Meter} for each subject that
 * has said something lately, at most {@code synapse.limits.max-subjects}; when that many are busy, those who come after
 * them share one.
 */
public final class Rates {

    private static final long SWEEP_INTERVAL = TimeUnit.SECONDS.toNanos(1);

    private final MessageRates config;
    private final Ticker ticker;
    private final Counters counters;
    private final boolean bounded;
    private final Map<Integer, Rate[]> plans = new ConcurrentHashMap<>();
    private final Map<String, Meter> subjects = new ConcurrentHashMap<>();
    private final Meter shared;
    private final AtomicLong sweepAt;

    /**
     * Without anybody.
     *
     * @param config the rates
     * @param ticker elapsed time
     * @param counters for what happens
     */
    public Rates(MessageRates config, Ticker ticker, Counters counters) {
        this.config = config;
        this.ticker = ticker;
        this.counters = counters;
        bounded = config.messages().isBounded()
                || config.queries().isBounded()
                || config.publishes().isBounded()
                || config.all().isBounded();
        long now = ticker.read();
        shared = new Meter(now);
        sweepAt = new AtomicLong(now);
    }

    /**
     * For one more connection.
     *
     * @return its own rates
     */
    public ConnectionRates open() {
        return new ConnectionRates(this);
    }

    boolean isBounded() {
        return bounded;
    }

    long now() {
        return ticker.read();
    }

    int refusals() {
        return config.refusals();
    }

    /** What a client may, by the best of its roles; as somebody without any, if it has not said who it is. */
    Rate[] plan(Identity identity) {
        int factor = 1;
        if (identity != null) {
            for (Role role : identity.roles()) {
                factor = Math.max(factor, config.factors().getOrDefault(role.group(), 1));
            }
        }
        return plans.computeIfAbsent(factor, this::times);
    }

    private Rate[] times(int factor) {
        Rate[] rates = new Rate[Meter.BUCKETS];
        rates[Meter.ALL] = config.all().times(factor);
        rates[Meter.MESSAGES] = config.messages().times(factor);
        rates[Meter.QUERIES] = config.queries().times(factor);
        rates[Meter.PUBLISHES] = config.publishes().times(factor);
        return rates;
    }

    /** The meter of a subject that has none, or whose meter has been retired. */
    Meter meter(String subject, long now) {
        Meter present = subjects.get(subject);
        if (present != null) {
            return present;
        }
        if (subjects.size() >= config.maxSubjects() && !sweep(now)) {
            counters.increment(Counter.LIMITS_SHARED);
            return shared;
        }
        return subjects.computeIfAbsent(subject, name -> new Meter(now));
    }

    // Once a second at most: with as many as may be, all of them busy, it costs milliseconds.
    private boolean sweep(long now) {
        long due = sweepAt.get();
        if (now - due >= 0 && sweepAt.compareAndSet(due, now + SWEEP_INTERVAL)) {
            subjects.values().removeIf(meter -> meter.retire(now));
        }
        return subjects.size() < config.maxSubjects();
    }

    /** How many subjects have a meter. */
    int subjects() {
        return subjects.size();
    }
}
