package io.synapse.security.limit;

import io.synapse.config.Rate;
import io.synapse.security.Identity;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How fast one connection sends, beside what its subject sends on others. Used by the connection's inbound thread, which
 * the container keeps to one at a time. A message costs one look at the connection's meter and one at the subject's.
 */
public final class ConnectionRates {

    private static final String[] NAMES = {"all_messages", "messages", "queries", "publishes"};

    private final Rates rates;
    private final Meter own;
    private Identity identity;
    private Rate[] plan;
    private String subject;
    private Meter ofSubject;
    private int refusedInARow;

    ConnectionRates(Rates rates) {
        this.rates = rates;
        own = new Meter(rates.now());
        plan = rates.plan(null);
    }

    /**
     * Whether there is any bound.
     *
     * @return false if every message may pass
     */
    public boolean isBounded() {
        return rates.isBounded();
    }

    /**
     * A message that came too soon.
     *
     * @param limit which limit it met: {@code messages}, {@code queries}, {@code publishes} or {@code all_messages}
     * @param scope whose limit: {@code connection} or {@code subject}
     * @param retryAfterMillis when the limit allows one more, at least 1
     */
    public record TooSoon(String limit, String scope, long retryAfterMillis) {}

    /**
     * Counts a message.
     *
     * @param sender who says it; null if that is not known yet
     * @param cost what it counts as
     * @return empty if it may pass
     */
    public Optional<TooSoon> take(Identity sender, Cost cost) {
        if (!rates.isBounded()) {
            return Optional.empty();
        }
        long now = rates.now();
        know(sender);
        int lacking = own.take(plan, cost, now);
        if (lacking != Meter.TAKEN) {
            return refused(own, lacking, "connection", now);
        }
        if (subject != null) {
            lacking = takeOfSubject(cost, now);
            if (lacking != Meter.TAKEN) {
                own.giveBack(plan, cost);
                return refused(ofSubject, lacking, "subject", now);
            }
        }
        if (cost != Cost.NOTHING) {
            refusedInARow = 0;
        }
        return Optional.empty();
    }

    private int takeOfSubject(Cost cost, long now) {
        while (true) {
            if (ofSubject == null) {
                ofSubject = rates.meter(subject, now);
            }
            int lacking = ofSubject.take(plan, cost, now);
            if (lacking != Meter.RETIRED) {
                return lacking;
            }
            ofSubject = null;
        }
    }

    private void know(Identity sender) {
        if (sender == identity) {
            return;
        }
        identity = sender;
        plan = rates.plan(sender);
        subject = sender == null ? null : sender.owner();
        ofSubject = null;
    }

    private Optional<TooSoon> refused(Meter meter, int lacking, String scope, long now) {
        refusedInARow++;
        long nanos = meter.wait(plan[lacking], lacking, now);
        long millis = Math.max(1, (nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1) / TimeUnit.MILLISECONDS.toNanos(1));
        return Optional.of(new TooSoon(NAMES[lacking], scope, millis));
    }

    /**
     * Whether so many messages were refused in a row that the connection has to go.
     *
     * @return true once that is so, at each further refusal too
     */
    public boolean isAbuse() {
        return rates.refusals() > 0 && refusedInARow >= rates.refusals();
    }
}
