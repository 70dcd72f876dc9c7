package io.synapse.routing;

import io.synapse.config.LimitsConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.ClientMessage.Join;
import io.synapse.protocol.ClientMessage.Resumption;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Invalid;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.routing.HeldSession.Holding;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Identity;
import io.synapse.session.SessionStore.Claim;
import io.synapse.session.SessionStore.Kept;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Joins and leaves, in the order of frames that the Phoenix client expects. Safe for use by many threads. */
public final class JoinHandler {

    private static final Pattern TOPIC = Pattern.compile(ClientMessage.AGENT_TOPIC + "(" + ClientMessage.AGENT + ")");

    private final CredentialHandler credentials;
    private final ConnectionRegistry registry;
    private final QueryHandler queries;
    private final PresenceHandler presence;
    private final SubscriptionHandler subscriptions;
    private final SessionHandler sessions;
    private final LimitsConfig limits;
    private final Counters counters;
    private final Audit audit;

    /**
     * A handler.
     *
     * @param credentials who is who, and for how long
     * @param registry where joins are noted
     * @param queries follows queries again
     * @param presence lets those who join be seen
     * @param subscriptions subscribes again
     * @param sessions brings back what a client held on another connection
     * @param limits how many topics a connection may join
     * @param counters for what happens
     * @param audit for who joins, and who may not
     */
    public JoinHandler(
            CredentialHandler credentials,
            ConnectionRegistry registry,
            QueryHandler queries,
            PresenceHandler presence,
            SubscriptionHandler subscriptions,
            SessionHandler sessions,
            LimitsConfig limits,
            Counters counters,
            Audit audit) {
        this.credentials = credentials;
        this.registry = registry;
        this.queries = queries;
        this.presence = presence;
        this.subscriptions = subscriptions;
        this.sessions = sessions;
        this.limits = limits;
        this.counters = counters;
        this.audit = audit;
    }

    /**
     * Joins.
     *
     * @param crashed told what fails in it, on whatever thread
     */
    void join(CortexSession session, Join join, Consumer<Throwable> crashed) {
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
        boolean shown = join.credential().isPresent();
        Optional<ErrorBody> notNow = shown ? session.guard().mayTry() : Optional.empty();
        if (notNow.isPresent()) {
            session.refuse(address, notNow.get());
            return;
        }
        Optional<Identity> identity = shown ? join.credential().flatMap(credentials::identify) : session.identity();
        if (identity.isEmpty() || !identity.get().mayJoin(agent)) {
            String reason = identity.isEmpty() ? Reasons.UNAUTHORIZED : Reasons.FORBIDDEN;
            counters.increment(Counter.JOINS_REFUSED);
            record(AuditEvent.refused(AuditEvent.Name.JOIN, reason), session, identity, agent);
            if (shown && identity.isEmpty()) {
                session.guard().failed();
            }
            session.refuse(address, reason);
            return;
        }
        Channel old = session.channel(address.topic());
        if (old == null && session.joined() >= limits.topicsPerConnection()) {
            session.refuse(address, Reasons.TOO_MANY_TOPICS);
            return;
        }
        if (queries.isStopping() && !session.hasJoined(address.topic())) {
            session.refuse(address, QueryHandler.stopping("topic", address.topic()));
            return;
        }
        Optional<ErrorBody> tooMany = session.guard().claim(identity.get());
        if (tooMany.isPresent()) {
            session.refuse(address, tooMany.get());
            return;
        }
        record(AuditEvent.accepted(AuditEvent.Name.JOIN), session, identity, agent);
        // A hand-written client sends no join_ref; its ref takes the place, as the two are equal in the npm client.
        Ref joinRef = address.joinRef() == null ? address.ref() : address.joinRef();
        Channel channel = new Channel(address.topic(), agent, joinRef, join.nestedThoughts(), identity.get());
        if (join.session().isEmpty()) {
            enter(session, channel, (before, followed) -> begin(session, join, before, channel, followed));
            return;
        }
        Optional<HeldSession> present = old == null ? session.crashedSession(channel.topic()) : old.held();
        sessions.claim(session.connection(), channel, join.session().get().session(), present, (held, claim) -> {
            try {
                enter(
                        session,
                        channel,
                        (before, followed) -> goOn(session, join, before, channel, followed, held, claim));
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                crashed.accept(e);
            }
        });
    }

    private void record(AuditEvent event, CortexSession session, Optional<Identity> who, String agent) {
        audit.record(event.by(who)
                .from(session.connection().remoteAddress())
                .with("connection_id", session.connection().id())
                .with("agent", agent));
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

    /** Given the earlier join of the same topic on this connection, or null, and what was followed there. */
    private static void enter(CortexSession session, Channel channel, BiConsumer<Channel, Followed> successor) {
        Channel old = session.channel(channel.topic());
        if (old == null) {
            successor.accept(null, session.restore(channel.topic()));
        } else {
            old.handOver(followed -> successor.accept(old, followed));
        }
    }

    /** A join that is of no session. */
    private void begin(CortexSession session, Join join, Channel old, Channel channel, Followed followed) {
        followed.held().ifPresent(HeldSession::forget);
        add(session, channel);
        Body response = Payloads.of(
                "agent_id",
                channel.agent(),
                "connection_id",
                session.connection().id());
        answer(session, join, old, channel, response);
        channel.filter().set(followed.events());
        Map<String, Long> positions = new HashMap<>(followed.queries());
        join.resume().ifPresent(ref -> positions.put(ref, join.afterSeq()));
        positions.forEach((ref, position) -> queries.followAgain(session, channel, ref, position));
        followed.topics().forEach(request -> subscriptions.subscribeAgain(session, channel, request));
    }

    /** A join that goes on with a session, of another connection or of this one. */
    private void goOn(
            CortexSession session,
            Join join,
            Channel old,
            Channel channel,
            Followed followed,
            Optional<HeldSession> held,
            Claim claim) {
        boolean same = held.isPresent() && held.equals(followed.held());
        if (same) {
            held.get().rest(Parking.of(channel.agent(), followed));
        } else {
            followed.held().ifPresent(HeldSession::forget);
        }
        held.ifPresent(present -> {
            channel.hold(present);
            present.begin(new JoinedTopic(this, session, channel));
        });
        add(session, channel);
        Kept kept = claim.kept().orElse(Kept.NOTHING);
        channel.filter().set(followed.events().isEmpty() ? kept.state().events() : followed.events());
        Restoration restoration = sessions.restoration(session, channel);
        followed.topics().forEach(request -> restoration.topic(request, true));
        Map<String, Long> here = new HashMap<>(followed.queries());
        Resumption wanted = join.session().orElseThrow();
        if (join.resume().isPresent()) {
            here.remove(join.resume().get());
            wanted = wanted.with(join.resume().get(), join.afterSeq());
        }
        if (same) {
            // What is on its way on this connection arrives, whatever the client had when it said so.
            join.resume().ifPresent(ref -> here.put(ref, join.afterSeq()));
        } else {
            sessions.restore(restoration, channel, kept.state(), wanted, agent -> Optional.of(channel));
        }
        here.forEach((ref, position) -> restoration.query(channel, ref, position, true));
        restoration.run(() -> {
            Body response = restoration.answer(
                    same || claim.kept().isPresent(),
                    sessions.keepMillis(held.isPresent()),
                    "agent_id",
                    channel.agent(),
                    "connection_id",
                    session.connection().id());
            answer(session, join, old, channel, response);
            if (held.map(HeldSession::restored).orElse(true)) {
                restoration.go();
                kept.lease().run();
            } else {
                // Somebody has taken it over meanwhile: nothing of it may come here.
                Holding lost = new JoinedTopic(this, session, channel);
                lost.park(false).lease().run();
                lost.takenOver();
            }
        });
    }

    private void add(CortexSession session, Channel channel) {
        session.add(channel);
        registry.identified(session.connection(), CortexSession.client(channel.identity()));
        registry.joined(session.connection(), channel.identity().scoped(channel.agent()));
    }

    // The reply, then the close of the join it replaces, then whatever the new join brings: Phoenix's order.
    private void answer(CortexSession session, Join join, Channel old, Channel channel, Body response) {
        session.reply(join.address().withJoinRef(channel.joinRef()), response);
        if (old != null) {
            session.connection().send(new ServerMessage.TopicClosed(old.joinRef(), old.topic()));
        }
        presence.enter(session, old, channel, join.presence());
        if (join.credential().isPresent()) {
            // Last: it may have ended already, and whoever does not know of the join would not understand.
            credentials.hold(session, channel, this);
        }
    }

    /** What one joined topic holds. */
    private record JoinedTopic(JoinHandler joins, CortexSession session, Channel channel) implements Holding {
        @Override
        public Kept park(boolean takenOver) {
            return Parking.park(List.of(channel), takenOver);
        }

        @Override
        public void takenOver() {
            joins.forget(session, channel);
            session.connection().send(new ServerMessage.TopicClosed(channel.joinRef(), channel.topic()));
        }
    }

    void leave(CortexSession session, Channel channel, Address address) {
        channel.held().ifPresent(HeldSession::forget);
        channel.release();
        forget(session, channel);
        session.reply(address, Body.EMPTY);
        session.connection().send(new ServerMessage.TopicClosed(channel.joinRef(), channel.topic()));
    }

    /** Ends a joined topic that has failed. What it followed goes on with the next join of the topic. */
    void fail(CortexSession session, Channel channel, String reason) {
        channel.handOver(followed -> session.crashed(channel.topic(), rested(channel, followed)));
        forget(session, channel);
        session.connection().send(new ServerMessage.TopicCrashed(channel.joinRef(), channel.topic(), reason));
    }

    private static Followed rested(Channel channel, Followed followed) {
        Optional<HeldSession> held = followed.held();
        if (held.isEmpty() || held.get().rest(Parking.of(channel.agent(), followed))) {
            return followed;
        }
        // It failed before the client had everything back: all of it is kept, for the next join to claim.
        held.get().connectionEnded(() -> {});
        return Followed.NOTHING;
    }

    private void forget(CortexSession session, Channel channel) {
        session.remove(channel);
        registry.left(session.connection(), channel.identity().scoped(channel.agent()));
    }
}
