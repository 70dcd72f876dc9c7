package io.synapse.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.config.LimitsConfig;
import io.synapse.config.Mode;
import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.conversation.MemoryConversations;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.platform.Counters;
import io.synapse.platform.RandomIds;
import io.synapse.presence.PresenceTracker;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.query.ConversationGate;
import io.synapse.query.InterruptManager;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryService;
import io.synapse.security.Audit;
import io.synapse.security.Identity;
import io.synapse.security.LocalRevocations;
import io.synapse.security.Revocations;
import io.synapse.security.Role;
import io.synapse.security.TopicAccess;
import io.synapse.session.MemorySessions;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Members;
import io.synapse.testing.OddClock;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import io.synapse.tool.ToolRegistry;
import io.synapse.topic.TopicHub;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Both sockets without a server, over the same topics, queries and sessions. */
final class SessionFixture {

    static final String SESSION = "0123456789abcdef";
    private static final ObjectMapper JSON = new ObjectMapper();

    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    final ConnectionRegistry registry = new ConnectionRegistry();
    final TopicHub hub;
    final MemoryConversations conversations = Conversations.store(timers, counters);
    final ConversationGate gate = Conversations.gate(conversations, counters);
    final MemorySessions sessions = Sessions.store(timers, counters);
    final OddClock clock = new OddClock(Instant.EPOCH);
    final PresenceTracker members = Members.tracker(clock, timers, counters);
    final Asked asked = new Asked();
    private final Connection.Environment environment = new Connection.Environment(
            new OutboxConfig(1000, 1 << 20, 1 << 16, Duration.ofDays(1)), timers.ticker(), timers, counters);
    final Revocations revocations = new LocalRevocations();
    final MessageRouter cortex;
    final GatewayRouter gateway;
    private int connections;

    /** An engine whose thoughts and answers the test gives. */
    static final class Asked implements QueryEngine {
        private final Map<String, QueryContext> contexts = new ConcurrentHashMap<>();
        private final Map<String, CompletableFuture<Answer>> answers = new ConcurrentHashMap<>();

        @Override
        public String name() {
            return "asked";
        }

        @Override
        public CompletionStage<Answer> answer(Question question, QueryContext context) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            contexts.put(question.text(), context);
            answers.put(question.text(), answer);
            context.cancellation().onCancel(() -> answer.complete(Answer.of("stopped")));
            return answer;
        }

        void think(String question, String thought) throws Exception {
            contexts.get(question).emit("step", thought);
        }

        void progress(String question, int percent, String message) throws Exception {
            contexts.get(question).progress(percent, message);
        }

        void end(String question) {
            answers.get(question).complete(Answer.of("done"));
        }
    }

    final QueryService service;

    SessionFixture() {
        this(null);
    }

    /** With another hub than the usual one. */
    SessionFixture(TopicHub other) {
        hub = other == null ? Topics.hub(timers.ticker(), counters) : other;
        LimitsConfig limits = new LimitsConfig(100, 1 << 20, 64, 3, 100, Duration.ofSeconds(1));
        QueryConfig config = new QueryConfig(
                "asked",
                8,
                8,
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                100,
                1 << 20,
                100,
                Duration.ofSeconds(2),
                100,
                1 << 20,
                Duration.ofMinutes(5),
                Configs.UNFAIR);
        service = new QueryService(
                asked,
                new QueryEnvironment(config, clock, timers.ticker(), timers, () -> "id", counters, Runnable::run),
                new InterruptManager(),
                Runnable::run,
                gate);
        QueryHandler queries = new QueryHandler(service, ToolRegistry.none(), config, clock, Audit.NONE);
        ToolHandler tools = QueryFixtures.probeTools(queries);
        ConversationHandler conversing = new ConversationHandler(conversations, gate, Conversations.CONFIG.pageSize());
        TopicAccess access = new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access());
        Channels channels = new Channels(Topics.GATEWAY);
        SubscriptionHandler subscriptions = new SubscriptionHandler(hub, access, Topics.CONFIG, channels);
        TopicHandler topics = new TopicHandler(hub, access, Topics.CONFIG, clock, counters);
        SessionHandler handler = new SessionHandler(sessions, subscriptions, queries, Sessions.CONFIG);
        PresenceHandler presence = new PresenceHandler(members);
        CredentialHandler credentials = Credentials.handler(subscriptions, timers, clock, revocations);
        JoinHandler joins = new JoinHandler(
                credentials, registry, queries, presence, subscriptions, handler, limits, counters, Audit.NONE);
        cortex = new MessageRouter(
                registry,
                joins,
                credentials,
                queries,
                presence,
                subscriptions,
                topics,
                tools,
                conversing,
                QueryFixtures.noWorkers(),
                limits,
                timers,
                counters);
        AgentChannels agents = new AgentChannels(registry, limits, counters);
        gateway = new GatewayRouter(
                registry,
                agents,
                queries,
                subscriptions,
                topics,
                tools,
                conversing,
                QueryFixtures.noWorkers(),
                new ChannelHandler(
                        hub,
                        subscriptions,
                        new EngineChannels(channels, agents, queries, new RandomIds()),
                        access,
                        registry,
                        channels,
                        Topics.CONFIG,
                        "node",
                        clock,
                        counters),
                handler,
                credentials,
                limits,
                clock,
                timers,
                counters);
    }

    static Identity identity(String subject, Role... roles) {
        return new Identity(subject, Set.of(), Set.of(roles));
    }

    static Identity ann() {
        return identity("ann", Role.USER, Role.PUBLISHER);
    }

    /** One client of either socket, which reads JSON. */
    abstract class Client {
        final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        Connection connection;
        CortexSession session;
        private int seen;

        /** Everything that has come since this was last asked. */
        List<JsonNode> received() {
            List<String> all = transport.texts();
            List<JsonNode> fresh = new ArrayList<>();
            for (String text : all.subList(seen, all.size())) {
                fresh.add(read(text));
            }
            seen = all.size();
            return fresh;
        }

        void lost() {
            connection.closed();
        }
    }

    /** On the cortex socket; reads {@code {event, payload}}. */
    final class Phoenix extends Client {
        private int refs;
        private String joinRef = "0";

        Phoenix(Identity identity) {
            connection = new Connection(
                    "c" + ++connections,
                    "127.0.0.1",
                    environment.ticker().read(),
                    transport,
                    new PhoenixCodecs(64, 1 << 20).open(PhoenixCodec.Version.V2),
                    environment);
            session = cortex.open(connection, Optional.of(identity));
        }

        void say(String event, String payload) {
            String ref = String.valueOf(++refs);
            if (event.equals("phx_join")) {
                joinRef = ref;
            }
            cortex.route(
                    session,
                    connection
                            .codec()
                            .decode("[\"%s\",\"%s\",\"cortex:a\",\"%s\",%s]".formatted(joinRef, ref, event, payload)));
        }

        /** Says something; returns the response of its reply, which comes first. */
        JsonNode ask(String event, String payload) {
            received();
            say(event, payload);
            JsonNode reply = read(transport.texts().get(super.seen++));
            return reply.get(4).get("response");
        }

        /** Joins with the usual session and more fields. */
        JsonNode join(String more) {
            return ask("phx_join", "{\"presence\":false,\"session\":\"" + SESSION + "\"" + more + "}");
        }

        /** Each push as its event and what it is about. */
        List<String> pushes() {
            return received().stream()
                    .map(frame -> told(frame.get(3).asText(), frame.get(4)))
                    .toList();
        }
    }

    private static String told(String event, JsonNode payload) {
        return switch (event) {
            case "thought" ->
                "thought " + payload.get("ref").asText() + " "
                        + payload.get("seq").asInt();
            case "result" -> "result " + payload.get("ref").asText();
            case "item" ->
                payload.get("topic").asText() + " " + payload.get("payload").asText();
            case "error" -> "error " + payload.path("reason").asText();
            default -> event;
        };
    }

    /** On {@code /ws}. */
    final class Plain extends Client {
        Plain(Identity identity) {
            connection = new Connection(
                    "c" + ++connections,
                    "127.0.0.1",
                    environment.ticker().read(),
                    transport,
                    new ObjectCodecs(64, 1 << 20).open(ObjectCodecs.Format.JSON),
                    environment);
            session = gateway.open(connection, identity);
        }

        void say(String message) {
            gateway.route(session, connection.codec().decode(message));
        }

        /** Says something; returns the first thing that comes then. */
        JsonNode ask(String message) {
            received();
            say(message);
            return read(transport.texts().get(super.seen++));
        }

        JsonNode open(String more) {
            return ask("{\"id\":1,\"type\":\"session\",\"session\":\"" + SESSION + "\"" + more + "}");
        }

        List<String> events() {
            return received().stream()
                    .map(message -> message.get("type").asText().equals("event")
                            ? message.get("topic").asText() + " "
                                    + message.get("payload").asText()
                            : told(message.get("type").asText(), message))
                    .toList();
        }
    }

    Phoenix phoenix() {
        return new Phoenix(ann());
    }

    Plain plain() {
        return new Plain(ann());
    }

    /** Publishes numbers. */
    void publish(String topic, int from, int to) {
        Plain feed = new Plain(identity("feed", Role.PUBLISHER));
        for (int i = from; i <= to; i++) {
            feed.say("{\"type\":\"publish\",\"topic\":\"%s\",\"event_type\":\"item\",\"payload\":%d}"
                    .formatted(topic, i));
        }
        feed.lost();
    }

    static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }
}
