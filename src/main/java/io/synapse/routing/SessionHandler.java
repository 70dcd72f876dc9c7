package io.synapse.routing;

import io.synapse.config.SessionConfig;
import io.synapse.connection.Connection;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.ClientMessage.Resumption;
import io.synapse.protocol.ClientMessage.SeenQuery;
import io.synapse.protocol.ClientMessage.Session;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.TopicPattern;
import io.synapse.routing.HeldSession.Holding;
import io.synapse.session.SessionKey;
import io.synapse.session.SessionState;
import io.synapse.session.SessionStore;
import io.synapse.session.SessionStore.Claim;
import io.synapse.session.SessionStore.Kept;
import io.synapse.stream.Position;
import io.synapse.topic.SlowPolicy;
import io.synapse.topic.SubscribeRequest;
import io.synapse.topic.SubscribeRequest.Acks;
import io.synapse.topic.SubscribeRequest.Missing;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a client goes on with that was connected before: its subscriptions with what it missed, and the rest of its
 * queries. Safe for use by many threads.
 */
public final class SessionHandler {

    /** A whole connection is no agent's. */
    private static final String WHOLE_CONNECTION = "";

    private final SessionStore store;
    private final SubscriptionHandler subscriptions;
    private final QueryHandler queries;
    private final SessionConfig config;

    /** Told what came of claiming a session: it, unless it cannot be had, and what was kept. */
    @FunctionalInterface
    interface Claimed {
        void told(Optional<HeldSession> held, Claim claim);
    }

    /**
     * A handler.
     *
     * @param store keeps what clients held
     * @param subscriptions subscribes again
     * @param queries follows again
     * @param config the bounds
     */
    public SessionHandler(
            SessionStore store, SubscriptionHandler subscriptions, QueryHandler queries, SessionConfig config) {
        this.store = store;
        this.subscriptions = subscriptions;
        this.queries = queries;
        this.config = config;
    }

    /**
     * Claims the session of a join.
     *
     * @param present what an earlier join of the topic on this connection has; if it is the same, nothing is claimed
     */
    void claim(Connection connection, Channel channel, String name, Optional<HeldSession> present, Claimed claimed) {
        SessionKey key = new SessionKey(channel.owner(), channel.topic(), name);
        if (present.isPresent() && present.get().isOf(key) && !present.get().isOver()) {
            claimed.told(present, new Claim(true, Optional.empty()));
            return;
        }
        HeldSession session = new HeldSession(store, key, connection);
        session.claim(claim -> claimed.told(claim.held() ? Optional.of(session) : Optional.empty(), claim));
    }

    /** Begins or goes on with the session of a whole connection. */
    void open(CortexSession session, Channel own, Session message, Function<String, Optional<Channel>> agents) {
        if (session.held().isPresent() || own.subscriptions().count() > 0 || session.joined() > 1) {
            session.refuse(message.address(), Reasons.SESSION_NOT_FIRST);
            return;
        }
        Resumption wanted = message.resumption();
        SessionKey key = new SessionKey(own.owner(), WHOLE_CONNECTION, wanted.session());
        HeldSession held = new HeldSession(store, key, session.connection());
        session.hold(held);
        held.claim(claim -> {
            held.begin(new WholeConnection(session));
            Kept kept = claim.kept().orElse(Kept.NOTHING);
            own.filter().set(kept.state().events());
            Restoration restoration = new Restoration(subscriptions, queries, session, own);
            restore(restoration, own, kept.state(), wanted, agents);
            restoration.run(() -> {
                session.reply(
                        message.address(), restoration.answer(claim.kept().isPresent(), keepMillis(claim.held())));
                boolean lost = claim.held() && !held.restored();
                if (lost) {
                    session.connection().abort(CloseReason.TAKEN_OVER);
                } else {
                    restoration.go();
                    kept.lease().run();
                }
            });
        });
    }

    /** How long what a client holds is kept. */
    long keepMillis(boolean held) {
        return held ? config.keep().toMillis() : 0;
    }

    Restoration restoration(CortexSession session, Channel channel) {
        return new Restoration(subscriptions, queries, session, channel);
    }

    /** Adds what was kept, each part from the best position that is known. */
    void restore(
            Restoration restoration,
            Channel channel,
            SessionState state,
            Resumption wanted,
            Function<String, Optional<Channel>> agents) {
        for (SessionState.Topic topic : state.topics()) {
            // What a client says of a pattern means nothing: a pattern's messages have the positions of their topics.
            Optional<Position> seen = Optional.ofNullable(wanted.positions().get(topic.target()))
                    .filter(position -> target(topic).isTopic())
                    .map(TopicRefusals::position);
            Optional<Position> sure = seen.or(topic::acknowledged);
            restoration.topic(request(channel, topic, sure.orElse(topic.sent())), sure.isPresent());
        }
        Map<String, SeenQuery> seen = new HashMap<>(wanted.queries());
        for (SessionState.Query query : state.queries()) {
            SeenQuery had = seen.get(query.ref());
            boolean meant =
                    had != null && had.agent().map(query.agent()::equals).orElse(true);
            if (meant) {
                seen.remove(query.ref());
            }
            add(restoration, agents, query.agent(), query.ref(), meant ? had.afterSeq() : query.sent(), meant);
        }
        // The last of a query may have been on its way when the connection was lost.
        String usual = channel.agent() == null ? ClientMessage.DEFAULT_AGENT : channel.agent();
        seen.forEach((ref, had) -> add(restoration, agents, had.agent().orElse(usual), ref, had.afterSeq(), true));
    }

    private static void add(
            Restoration restoration,
            Function<String, Optional<Channel>> agents,
            String agent,
            String ref,
            long afterSeq,
            boolean exact) {
        agents.apply(agent)
                .ifPresentOrElse(
                        channel -> restoration.query(channel, ref, afterSeq, exact),
                        () -> restoration.lostQuery(agent, ref, Reasons.FORBIDDEN));
    }

    private static TopicPattern target(SessionState.Topic topic) {
        return TopicPattern.parse(topic.target()).orElseThrow();
    }

    private static SubscribeRequest request(Channel channel, SessionState.Topic topic, Position since) {
        return new SubscribeRequest(
                target(topic),
                topic.events(),
                SlowPolicy.of(topic.policy()).orElseThrow(),
                Optional.of(since),
                Missing.BEGIN_OLDEST,
                topic.acknowledged().isPresent() ? Acks.WANTED : Acks.NONE,
                channel.reader(topic.serves()));
    }

    /** All that a connection on a socket without joins holds. */
    private record WholeConnection(CortexSession session) implements Holding {
        @Override
        public Kept park(boolean takenOver) {
            return Parking.park(session.all(), takenOver);
        }

        @Override
        public SessionState look() {
            return Parking.look(session.all());
        }

        @Override
        public void takenOver() {
            session.connection().abort(CloseReason.TAKEN_OVER);
        }
    }
}
