package io.synapse.routing;

import io.synapse.config.LimitsConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.ClientMessage.Join;
import io.synapse.protocol.Invalid;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Joins and leaves, in the order of frames that the Phoenix client expects. Safe for use by many threads. */
public final class JoinHandler {

    private static final Pattern TOPIC = Pattern.compile(ClientMessage.AGENT_TOPIC + "(" + ClientMessage.AGENT + ")");

    private final Authenticator authenticator;
    private final ConnectionRegistry registry;
    private final QueryHandler queries;
    private final PresenceHandler presence;
    private final SubscriptionHandler subscriptions;
    private final LimitsConfig limits;
    private final Counters counters;

    /**
     * A handler.
     *
     * @param authenticator who is who
     * @param registry where joins are noted
     * @param queries follows queries again
     * @param presence lets those who join be seen
     * @param subscriptions subscribes again
     * @param limits how many topics a connection may join
     * @param counters for what happens
     */
    public JoinHandler(
            Authenticator authenticator,
            ConnectionRegistry registry,
            QueryHandler queries,
            PresenceHandler presence,
            SubscriptionHandler subscriptions,
            LimitsConfig limits,
            Counters counters) {
        this.authenticator = authenticator;
        this.registry = registry;
        this.queries = queries;
        this.presence = presence;
        this.subscriptions = subscriptions;
        this.limits = limits;
        this.counters = counters;
    }

    void join(CortexSession session, Join join) {
        Address address = join.address();
        if (address.topic() == null) {
            session.pushError(null, null, Payloads.error(Reasons.MALFORMED, "a join needs a topic", null));
            return;
        }
        var matcher = TOPIC.matcher(address.topic());
        if (!matcher.matches()) {
            session.refuse(address.withJoinRef(null), Reasons.UNMATCHED_TOPIC);
            return;
        }
        String agent = matcher.group(1);
        Optional<Identity> identity =
                join.credential().isPresent() ? join.credential().flatMap(authenticator::identify) : session.identity();
        if (identity.isEmpty() || !identity.get().mayJoin(agent)) {
            counters.increment(Counter.JOINS_REFUSED);
            session.refuse(address, identity.isEmpty() ? Reasons.UNAUTHORIZED : Reasons.FORBIDDEN);
            return;
        }
        Channel old = session.channel(address.topic());
        if (old == null && session.joined() >= limits.topicsPerConnection()) {
            session.refuse(address, Reasons.TOO_MANY_TOPICS);
            return;
        }
        // A hand-written client sends no join_ref; its ref takes the place, as the two are equal in the npm client.
        Ref joinRef = address.joinRef() == null ? address.ref() : address.joinRef();
        Channel channel = new Channel(address.topic(), agent, joinRef, join.nestedThoughts(), identity.get());
        enter(session, join, old, channel);
    }

    /** A join that cannot be read. Whatever is joined stays joined: the client has not said what should take its place. */
    void refuse(CortexSession session, Invalid join) {
        Address address = join.address();
        Body error = Payloads.error(join.reason(), join.detail(), null);
        if (address.topic() == null) {
            session.pushError(null, null, error);
        } else {
            session.refuse(address, error);
        }
    }

    private void enter(CortexSession session, Join join, Channel old, Channel channel) {
        if (old == null) {
            begin(session, join, null, channel, session.restore(channel.topic()));
        } else {
            old.handOver(followed -> begin(session, join, old, channel, followed));
        }
    }

    // The reply, then the close of the join it replaces, then whatever the new join brings: Phoenix's order.
    private void begin(CortexSession session, Join join, Channel old, Channel channel, Followed followed) {
        session.add(channel);
        registry.joined(session.connection(), channel.agent());
        session.reply(
                join.address().withJoinRef(channel.joinRef()),
                Payloads.of(
                        "agent_id",
                        channel.agent(),
                        "connection_id",
                        session.connection().id()));
        if (old != null) {
            session.connection().send(new ServerMessage.TopicClosed(old.joinRef(), old.topic()));
        }
        presence.enter(session, old, channel, join.presence());
        channel.filter().set(followed.events());
        Map<String, Long> positions = new HashMap<>(followed.queries());
        join.resume().ifPresent(ref -> positions.put(ref, join.afterSeq()));
        positions.forEach((ref, position) -> queries.followAgain(session, channel, ref, position));
        followed.topics().forEach(request -> subscriptions.subscribeAgain(session, channel, request));
    }

    void leave(CortexSession session, Channel channel, Address address) {
        channel.release();
        forget(session, channel);
        session.reply(address, Body.EMPTY);
        session.connection().send(new ServerMessage.TopicClosed(channel.joinRef(), channel.topic()));
    }

    void forget(CortexSession session, Channel channel) {
        session.remove(channel);
        registry.left(session.connection(), channel.agent());
    }
}
