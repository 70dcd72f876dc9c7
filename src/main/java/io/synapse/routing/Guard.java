package io.synapse.routing;

import io.synapse.config.LimitsConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Timers;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.limit.ConnectionRates;
import io.synapse.security.limit.ConnectionRates.TooSoon;
import io.synapse.security.limit.Cost;
import io.synapse.security.limit.Entrance.Full;
import io.synapse.security.limit.Limit;
import io.synapse.security.limit.Place;
import io.synapse.security.limit.Rates;
import java.util.Map;
import java.util.Optional;

/**
 * The limits that hold for one connection while it is open: how fast it sends, and whose places it takes. Used by the
 * connection's inbound thread, one at a time.
 */
public final class Guard {

    /** For a connection that has no limits. */
    static final Guard NONE = new Guard(null, null, null);

    private static final Map<String, Counter> COUNTERS = Map.of(
            "all_messages", Counter.LIMITED_ALL_MESSAGES,
            "messages", Counter.LIMITED_MESSAGES,
            "queries", Counter.LIMITED_QUERIES,
            "publishes", Counter.LIMITED_PUBLISHES);

    private final Environment with;
    private final ConnectionRates rates;
    private final Place place;
    private boolean closing;

    private Guard(Environment with, ConnectionRates rates, Place place) {
        this.with = with;
        this.rates = rates;
        this.place = place;
    }

    /**
     * What all guards share.
     *
     * @param rates how fast connections and subjects may send
     * @param limits how long a connection is held before it is closed for a fault of its own
     * @param timers delays that close
     * @param counters for what happens
     */
    public record Environment(Rates rates, LimitsConfig limits, Timers timers, Counters counters) {

        /**
         * For one connection.
         *
         * @param place what it takes of the limits on connections
         * @return its guard
         */
        public Guard of(Place place) {
            return new Guard(this, rates.open(), place);
        }
    }

    /** Whether a message may pass; if not, it has been answered. An interrupt passes until the connection is given up. */
    boolean passes(CortexSession session, Inbound inbound) {
        if (rates == null || !rates.isBounded()) {
            return true;
        }
        Channel channel = session.channelOf(inbound.address());
        Identity sender = channel == null ? session.identity().orElse(null) : channel.identity();
        boolean interrupt = inbound instanceof ClientMessage.Interrupt;
        return passes(session, channel, inbound, sender, cost(inbound, sender)) || interrupt && !closing;
    }

    /** Counts what was said on a channel as a question, too; false, and answered, if there were too many. */
    boolean passesAsQuestion(CortexSession session, Channel own, ClientMessage message) {
        return rates == null || passes(session, own, message, own.identity(), Cost.QUESTION);
    }

    private boolean passes(CortexSession session, Channel channel, Inbound inbound, Identity sender, Cost cost) {
        if (closing) {
            return false;
        }
        Optional<TooSoon> tooSoon = rates.take(sender, cost);
        if (tooSoon.isEmpty()) {
            return true;
        }
        TooSoon refusal = tooSoon.get();
        with.counters().increment(COUNTERS.get(refusal.limit()));
        if (rates.isAbuse()) {
            closing = true;
            with.counters().increment(Counter.LIMITED_ABUSE);
            with.timers()
                    .after(
                            with.limits().closeDelay(),
                            () -> session.connection().close(CloseReason.TOO_FAST));
        }
        if (!(inbound instanceof ClientMessage.Interrupt)) {
            session.refuseAnywhere(channel, inbound.address(), body(inbound, refusal));
        }
        return false;
    }

    private static Body body(Inbound inbound, TooSoon refusal) {
        return Payloads.refusal(
                Reasons.RATE_LIMITED,
                "ref",
                ref(inbound),
                "limit",
                refusal.limit(),
                "scope",
                refusal.scope(),
                "retry_after_ms",
                refusal.retryAfterMillis());
    }

    private static String ref(Inbound inbound) {
        if (inbound instanceof ClientMessage.Query query) {
            return query.ref();
        }
        return inbound instanceof ClientMessage.CallTool call ? call.ref() : null;
    }

    private static Cost cost(Inbound inbound, Identity sender) {
        if (!(inbound instanceof ClientMessage message)) {
            return Cost.MESSAGE;
        }
        return switch (message.kind()) {
            case HEARTBEAT, PING, ACKNOWLEDGE, INTERRUPT, LEAVE, UNSUBSCRIBE, UNSUBSCRIBE_ALL, RENEW -> Cost.NOTHING;
            case WORK -> sender != null && sender.roles().contains(Role.AGENT) ? Cost.NOTHING : Cost.MESSAGE;
            case QUERY, TOOL -> Cost.QUERY;
            case PUBLISH, SEND, CHANNEL_MESSAGE -> Cost.PUBLISH;
            default -> Cost.MESSAGE;
        };
    }

    /** Why a credential is not even looked at; empty if it is. */
    Optional<ErrorBody> mayTry() {
        return place == null
                ? Optional.empty()
                : place.mayTry()
                        .map(full -> Payloads.refusal(
                                Reasons.RATE_LIMITED,
                                "limit",
                                "failed_logins",
                                "scope",
                                "address",
                                "retry_after_ms",
                                full.retryAfterMillis()));
    }

    /** A credential was shown that is not good. */
    void failed() {
        if (place != null) {
            place.failed();
        }
    }

    /** Takes a place of a key or user for this connection; says why there is none. */
    Optional<ErrorBody> claim(Identity identity) {
        return place == null ? Optional.empty() : place.claim(identity).map(Guard::tooMany);
    }

    private static ErrorBody tooMany(Full full) {
        return Payloads.refusal(
                Reasons.TOO_MANY_CONNECTIONS,
                "limit",
                full.limit() == Limit.KEY ? "connections_per_key" : "connections_per_user",
                "retry_after_ms",
                full.retryAfterMillis());
    }
}
