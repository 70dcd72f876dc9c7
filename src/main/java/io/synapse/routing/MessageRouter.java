package io.synapse.routing;

import io.synapse.config.LimitsConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Timers;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.Invalid;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.security.Identity;
import java.lang.System.Logger.Level;
import java.util.Optional;

/**
 * Takes each message of a connection to the service that knows what to do. Safe for use by many threads, one per
 * connection at a time.
 *
 * <p><b>Isolation.</b> What goes wrong while a message of one topic is handled ends that topic on that connection with
 * {@code phx_error}; the client joins it again and finds its queries where it left them. Nothing else is touched.
 */
public final class MessageRouter {

    private static final System.Logger LOGGER = System.getLogger(MessageRouter.class.getName());
    private static final String CRASHED = "channel_crash";

    private final ConnectionRegistry registry;
    private final JoinHandler joins;
    private final CredentialHandler credentials;
    private final QueryHandler queries;
    private final PresenceHandler presence;
    private final SubscriptionHandler subscriptions;
    private final TopicHandler topics;
    private final ToolHandler tools;
    private final ConversationHandler conversations;
    private final WorkerHandler workers;
    private final LimitsConfig limits;
    private final Timers timers;
    private final Counters counters;

    /**
     * A router.
     *
     * @param registry where connections are tracked
     * @param joins handles joins and leaves
     * @param credentials who is who, and for how long
     * @param queries handles everything about queries
     * @param presence handles everything about presence
     * @param subscriptions handles subscriptions to topics
     * @param topics handles publications
     * @param tools handles everything about tools
     * @param conversations handles what clients want of their conversations
     * @param workers handles everything that workers say
     * @param limits what a client may do wrong
     * @param timers delays the close of a connection that does too much of it
     * @param counters for what happens
     */
    public MessageRouter(
            ConnectionRegistry registry,
            JoinHandler joins,
            CredentialHandler credentials,
            QueryHandler queries,
            PresenceHandler presence,
            SubscriptionHandler subscriptions,
            TopicHandler topics,
            ToolHandler tools,
            ConversationHandler conversations,
            WorkerHandler workers,
            LimitsConfig limits,
            Timers timers,
            Counters counters) {
        this.registry = registry;
        this.joins = joins;
        this.credentials = credentials;
        this.queries = queries;
        this.presence = presence;
        this.subscriptions = subscriptions;
        this.topics = topics;
        this.tools = tools;
        this.conversations = conversations;
        this.workers = workers;
        this.limits = limits;
        this.timers = timers;
        this.counters = counters;
    }

    /**
     * Takes a new connection.
     *
     * @param connection open
     * @param identity who the handshake said the client is
     * @return its state, which goes with every message
     */
    public CortexSession open(Connection connection, Optional<Identity> identity) {
        return open(connection, identity, Guard.NONE);
    }

    /**
     * The same of one that limits hold for.
     *
     * @param connection open
     * @param identity who the handshake said the client is
     * @param guard holds the limits
     * @return its state, which goes with every message
     */
    public CortexSession open(Connection connection, Optional<Identity> identity, Guard guard) {
        counters.increment(Counter.CONNECTIONS_OPENED);
        CortexSession session = new CortexSession(connection, identity);
        session.guard(guard);
        session.open(registry, subscriptions);
        identity.ifPresent(known -> registry.identified(connection, CortexSession.client(known)));
        credentials.hold(session, CortexSession.OWN_TOPIC);
        return session;
    }

    /**
     * Handles one message. Never throws for anything a client can send.
     *
     * @param session of its connection
     * @param inbound what the codec made of a frame
     */
    public void route(CortexSession session, Inbound inbound) {
        counters.increment(Counter.MESSAGES_RECEIVED);
        try {
            if (!session.guard().passes(session, inbound)) {
                return;
            }
            if (inbound instanceof Invalid invalid && invalid.kind() == Invalid.Kind.FRAME) {
                malformed(session, invalid);
            } else if (inbound instanceof Invalid invalid && invalid.kind() == Invalid.Kind.JOIN) {
                counters.increment(Counter.FRAMES_INVALID);
                joins.refuse(session, invalid);
            } else if (inbound instanceof ClientMessage.Heartbeat heartbeat) {
                session.reply(heartbeat.address(), Body.EMPTY);
            } else if (inbound instanceof ClientMessage.Join join) {
                joins.join(session, join, failure -> crashed(session, join, failure));
            } else if (inbound instanceof ClientMessage.Renew renew && isOfConnection(renew)) {
                credentials.renew(session, null, renew.address(), renew);
            } else {
                onTopic(session, inbound);
            }
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            crashed(session, inbound, e);
        }
    }

    private static boolean isOfConnection(ClientMessage.Renew renew) {
        return CortexSession.OWN_TOPIC.equals(renew.address().topic());
    }

    private void onTopic(CortexSession session, Inbound inbound) {
        Address address = inbound.address();
        if (address.topic() == null) {
            Optional<String> only = session.onlyTopic();
            if (only.isEmpty()) {
                String detail = "topic is missing, and " + session.joined() + " topics are joined";
                malformed(session, new Invalid(address, Invalid.Kind.FRAME, Reasons.MALFORMED, detail));
                return;
            }
            address = address.withTopic(only.get());
        }
        Channel channel = session.channel(address.topic());
        if (channel == null) {
            notJoined(session, address, inbound);
        } else if (channel.isStale(address)) {
            counters.increment(Counter.FRAMES_STALE);
        } else {
            handle(session, channel, address.withJoinRef(channel.joinRef()), inbound);
        }
    }

    // Leaving what is not joined is no error; for anything else the answer has no join, as in Phoenix.
    private static void notJoined(CortexSession session, Address address, Inbound inbound) {
        if (inbound instanceof ClientMessage.Leave) {
            // It may have failed before: whoever leaves it then does not want its queries back.
            session.restore(address.topic()).held().ifPresent(HeldSession::forget);
            session.reply(address, Body.EMPTY);
        } else {
            session.refuse(address.withJoinRef(null), Reasons.UNMATCHED_TOPIC);
        }
    }

    private void handle(CortexSession session, Channel channel, Address address, Inbound inbound) {
        if (inbound instanceof Invalid invalid) {
            counters.increment(Counter.FRAMES_INVALID);
            session.refuse(channel, address, Payloads.error(invalid.reason(), invalid.detail(), null));
            return;
        }
        ClientMessage message = (ClientMessage) inbound;
        switch (message.kind()) {
            case LEAVE -> joins.leave(session, channel, address);
            case QUERY -> queries.query(session, channel, address, (ClientMessage.Query) message);
            case TOOL -> tools.call(session, channel, address, (ClientMessage.CallTool) message);
            case TOOLS -> tools.list(session, channel, address);
            case CONVERSATION ->
                conversations.read(session, channel, address, (ClientMessage.ReadConversation) message);
            case CONVERSATIONS ->
                conversations.list(session, channel, address, (ClientMessage.ListConversations) message);
            case CONVERSATION_DELETE ->
                conversations.delete(session, channel, address, (ClientMessage.DeleteConversation) message);
            case WORK -> workers.handle(session, channel, address, ((ClientMessage.Work) message).said());
            case INTERRUPT -> queries.interrupt(session, channel, address, (ClientMessage.Interrupt) message);
            case RESUME -> queries.resume(session, channel, address, (ClientMessage.Resume) message);
            case REPLAY -> queries.replay(session, channel, address, (ClientMessage.Replay) message);
            case BUDGET -> queries.budget(session, channel, address);
            case SUBSCRIBE -> subscriptions.subscribe(session, channel, address, (ClientMessage.Subscribe) message);
            case FILTER -> subscriptions.filter(session, channel, address, (ClientMessage.Filter) message);
            case UNSUBSCRIBE ->
                subscriptions.unsubscribe(session, channel, address, (ClientMessage.Unsubscribe) message);
            case PUBLISH -> topics.publish(session, channel, address, (ClientMessage.Publish) message);
            case HISTORY -> topics.history(session, channel, address, (ClientMessage.History) message);
            case ACKNOWLEDGE -> {
                ClientMessage.Acknowledge acknowledge = (ClientMessage.Acknowledge) message;
                if (Acknowledgements.take(session, channel, address, acknowledge)) {
                    session.reply(address, Body.EMPTY);
                }
            }
            case RENEW -> credentials.renew(session, channel, address, (ClientMessage.Renew) message);
            case PING -> queries.ping(session, channel, address, (ClientMessage.Ping) message);
            case PRESENCE -> presence.list(session, channel, address, (ClientMessage.Presence) message);
            case PRESENCE_UPDATE -> presence.update(session, channel, address, (ClientMessage.PresenceUpdate) message);
            case JOIN, HEARTBEAT, SUBSCRIBE_ALL, UNSUBSCRIBE_ALL, CHANNEL_MESSAGE, SEND, SESSION ->
                throw new IllegalStateException("no message of a topic: " + message.kind());
        }
    }

    private void malformed(CortexSession session, Invalid invalid) {
        counters.increment(Counter.FRAMES_INVALID);
        if (!session.mayAnswerMalformed(limits, timers)) {
            return;
        }
        Address address = invalid.address();
        if (address.topic() != null && address.ref() != null) {
            session.refuse(address, Payloads.error(invalid.reason(), invalid.detail(), null));
        } else {
            session.pushError(null, address.topic(), Payloads.error(invalid.reason(), invalid.detail(), null));
        }
    }

    private void crashed(CortexSession session, Inbound inbound, Throwable failure) {
        Address address = inbound.address();
        String topic = address.topic() == null ? session.onlyTopic().orElse(null) : address.topic();
        Channel channel = session.channel(topic);
        LOGGER.log(
                Level.ERROR,
                "handling a message of connection " + session.connection().id() + " failed",
                failure);
        counters.increment(Counter.TOPICS_CRASHED);
        if (channel == null) {
            String reason = inbound instanceof ClientMessage.Join ? Reasons.JOIN_CRASHED : Reasons.INTERNAL_ERROR;
            session.refuse(address.withTopic(topic == null ? CortexSession.OWN_TOPIC : topic), reason);
            return;
        }
        joins.fail(session, channel, CRASHED);
    }
}
