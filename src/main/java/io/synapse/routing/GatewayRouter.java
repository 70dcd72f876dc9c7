package io.synapse.routing;

import io.synapse.config.LimitsConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Timers;
import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.Invalid;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;
import io.synapse.security.Identity;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.Optional;

/**
 * Takes each message of a connection on {@code /ws} to the service that knows what to do: the same services as on the
 * cortex socket. There are no joins here; a client is with an agent from the first message that names it. Safe for use by
 * many threads, one per connection at a time.
 */
public final class GatewayRouter {

    private static final System.Logger LOGGER = System.getLogger(GatewayRouter.class.getName());

    /** The first message of every connection (ledger G1). */
    private static final String WELCOME = "Connected to WebSocket Gateway. Ready to receive messages.";

    // What belongs to no agent is kept under a name that no agent's topic can have.
    private static final String OWN_CHANNEL = "";

    private final ConnectionRegistry registry;
    private final AgentChannels agents;
    private final QueryHandler queries;
    private final SubscriptionHandler subscriptions;
    private final TopicHandler topics;
    private final ToolHandler tools;
    private final ConversationHandler conversations;
    private final WorkerHandler workers;
    private final ChannelHandler channels;
    private final SessionHandler sessions;
    private final CredentialHandler credentials;
    private final LimitsConfig limits;
    private final Clock clock;
    private final Timers timers;
    private final Counters counters;

    /**
     * A router.
     *
     * @param registry where connections are tracked
     * @param agents finds the agents that messages name
     * @param queries handles everything about queries
     * @param subscriptions handles subscriptions to topics
     * @param topics handles publications
     * @param tools handles everything about tools
     * @param conversations handles what clients want of their conversations
     * @param workers handles everything that workers say
     * @param channels handles messages to channels
     * @param sessions brings back what a client held on another connection
     * @param credentials who is who, and for how long
     * @param limits what a client may do wrong
     * @param clock for pings
     * @param timers delays the close of a connection that does too much wrong
     * @param counters for what happens
     */
    public GatewayRouter(
            ConnectionRegistry registry,
            AgentChannels agents,
            QueryHandler queries,
            SubscriptionHandler subscriptions,
            TopicHandler topics,
            ToolHandler tools,
            ConversationHandler conversations,
            WorkerHandler workers,
            ChannelHandler channels,
            SessionHandler sessions,
            CredentialHandler credentials,
            LimitsConfig limits,
            Clock clock,
            Timers timers,
            Counters counters) {
        this.registry = registry;
        this.agents = agents;
        this.queries = queries;
        this.subscriptions = subscriptions;
        this.topics = topics;
        this.tools = tools;
        this.conversations = conversations;
        this.workers = workers;
        this.channels = channels;
        this.sessions = sessions;
        this.credentials = credentials;
        this.limits = limits;
        this.clock = clock;
        this.timers = timers;
        this.counters = counters;
    }

    /**
     * Takes a new connection, and greets it.
     *
     * @param connection open
     * @param identity who the client is
     * @return its state, which goes with every message
     */
    public CortexSession open(Connection connection, Identity identity) {
        return open(connection, identity, Guard.NONE);
    }

    /**
     * The same of one that limits hold for.
     *
     * @param connection open
     * @param identity who the client is
     * @param guard holds the limits
     * @return its state, which goes with every message
     */
    public CortexSession open(Connection connection, Identity identity, Guard guard) {
        counters.increment(Counter.CONNECTIONS_OPENED);
        CortexSession session = CortexSession.withoutJoins(connection, identity);
        session.guard(guard);
        session.add(new Channel(OWN_CHANNEL, null, null, true, identity));
        session.open(registry, subscriptions);
        registry.identified(connection, CortexSession.client(identity));
        push(session, "system", "message", WELCOME, "connection_id", connection.id(), "timestamp", clock.millis());
        credentials.hold(session, OWN_CHANNEL);
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
            if (inbound instanceof Invalid invalid) {
                invalid(session, invalid);
            } else {
                handle(session, (ClientMessage) inbound);
            }
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            LOGGER.log(
                    Level.ERROR,
                    "handling a message of connection " + session.connection().id() + " failed",
                    e);
            counters.increment(Counter.TOPICS_CRASHED);
            session.refuse(inbound.address(), Reasons.INTERNAL_ERROR);
        }
    }

    private void handle(CortexSession session, ClientMessage message) {
        Channel own = session.channel(OWN_CHANNEL);
        if (own == null) {
            // The connection has ended meanwhile.
            return;
        }
        Address address = message.address();
        switch (message.kind()) {
            case QUERY, INTERRUPT, RESUME, REPLAY, TOOL, CONVERSATION, CONVERSATIONS, CONVERSATION_DELETE ->
                ask(session, own, message);
            case TOOLS -> tools.list(session, own, address);
            case WORK -> work(session, own, (ClientMessage.Work) message);
            case BUDGET -> queries.budget(session, own, address);
            case SUBSCRIBE_ALL -> subscriptions.subscribe(session, own, (ClientMessage.SubscribeAll) message);
            case UNSUBSCRIBE_ALL -> subscriptions.unsubscribe(session, own, (ClientMessage.UnsubscribeAll) message);
            case FILTER -> subscriptions.filter(session, own, address, (ClientMessage.Filter) message);
            case PUBLISH -> topics.publish(session, own, address, (ClientMessage.Publish) message);
            case HISTORY -> topics.history(session, own, address, (ClientMessage.History) message);
            case CHANNEL_MESSAGE -> channels.message(session, own, (ClientMessage.ChannelMessage) message);
            case SEND -> channels.send(session, own, (ClientMessage.Send) message);
            // That it was taken is not answered; what is wrong with it is.
            case ACKNOWLEDGE -> Acknowledgements.take(session, own, address, (ClientMessage.Acknowledge) message);
            case SESSION ->
                sessions.open(session, own, (ClientMessage.Session) message, agent -> agents.of(session, own, agent));
            case RENEW -> credentials.renew(session, null, address, (ClientMessage.Renew) message);
            case PING -> pong(session, address);
            case HEARTBEAT -> {
                // That it came is all it says.
            }
            case JOIN, LEAVE, SUBSCRIBE, UNSUBSCRIBE ->
                throw new IllegalStateException("no message of this socket: " + message.kind());
        }
    }

    private void ask(CortexSession session, Channel own, ClientMessage message) {
        Address address = message.address();
        Optional<Channel> channel = agents.of(session, own, address);
        if (channel.isEmpty()) {
            return;
        }
        switch (message.kind()) {
            case QUERY -> queries.query(session, channel.get(), address, (ClientMessage.Query) message);
            case TOOL -> tools.call(session, channel.get(), address, (ClientMessage.CallTool) message);
            case INTERRUPT -> queries.interrupt(session, channel.get(), address, (ClientMessage.Interrupt) message);
            case RESUME -> queries.resume(session, channel.get(), address, (ClientMessage.Resume) message);
            case CONVERSATION ->
                conversations.read(session, channel.get(), address, (ClientMessage.ReadConversation) message);
            case CONVERSATIONS ->
                conversations.list(session, channel.get(), address, (ClientMessage.ListConversations) message);
            case CONVERSATION_DELETE ->
                conversations.delete(session, channel.get(), address, (ClientMessage.DeleteConversation) message);
            case REPLAY -> queries.replay(session, channel.get(), address, (ClientMessage.Replay) message);
            default -> throw new IllegalStateException("not for an agent: " + message.kind());
        }
    }

    private void work(CortexSession session, Channel own, ClientMessage.Work work) {
        // What is said of a task names no agent.
        Optional<Channel> channel =
                work.address().topic() == null ? Optional.of(own) : agents.of(session, own, work.address());
        channel.ifPresent(of -> workers.handle(session, of, work.address(), work.said()));
    }

    private void pong(CortexSession session, Address address) {
        push(session, "pong", "id", CortexSession.mark(address), "timestamp", clock.millis());
    }

    private void invalid(CortexSession session, Invalid invalid) {
        counters.increment(Counter.FRAMES_INVALID);
        ErrorBody error = Payloads.error(invalid.reason(), invalid.detail(), null);
        if (invalid.kind() == Invalid.Kind.FRAME && !session.mayAnswerMalformed(limits, timers)) {
            return;
        }
        session.refuse(invalid.address(), error);
    }

    /**
     * The ping that a program sees. A client that has nothing to say answers {@code pong}, so that it is not idle.
     *
     * @return the message for this moment
     */
    public ServerMessage ping() {
        return message("ping", "timestamp", clock.millis());
    }

    private static void push(CortexSession session, String type, Object... namesAndValues) {
        session.connection().send(message(type, namesAndValues));
    }

    private static ServerMessage message(String type, Object... namesAndValues) {
        return new ServerMessage.Push(null, OWN_CHANNEL, type, Payloads.of(namesAndValues));
    }
}
