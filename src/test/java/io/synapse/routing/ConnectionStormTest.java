package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.GatewayConfig;
import io.synapse.config.LimitsConfig;
import io.synapse.config.Mode;
import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.HeartbeatRule;
import io.synapse.connection.HeartbeatRule.Traffic;
import io.synapse.connection.Heartbeats;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.RandomIds;
import io.synapse.presence.PresenceTracker;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.query.InterruptManager;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryService;
import io.synapse.security.Audit;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.TopicAccess;
import io.synapse.session.MemorySessions;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.Heartbeat;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Members;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import io.synapse.tool.ToolRegistry;
import io.synapse.topic.TopicHub;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of all kinds come and go in every way there is; nothing of them may be left. */
@Timeout(60)
class ConnectionStormTest {

    private static final int STEPS = 2000;
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration KEPT_AGE = Duration.ofMinutes(5);

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    private final ConnectionRegistry registry = new ConnectionRegistry();
    private final LimitsConfig limits = new LimitsConfig(10_000, 1 << 20, 64, 20, 3, Duration.ofSeconds(1));
    private final Connection.Environment environment = new Connection.Environment(
            new OutboxConfig(100, 1 << 16, 1 << 12, SEND_TIMEOUT), timers.ticker(), timers, counters);
    private final Heartbeats heartbeats = new Heartbeats(Heartbeat.CONFIG, timers.ticker(), Runnable::run, counters);
    private final TopicHub hub = Topics.hub(timers.ticker(), counters);
    private final QueryService queries = queryService();
    private final QueryHandler queryHandler =
            new QueryHandler(queries, ToolRegistry.none(), queryConfig(), clock, Audit.NONE);
    private final Channels served = new Channels(new GatewayConfig(
            Optional.empty(),
            List.of("guide", "pillar:*"),
            "guide",
            List.of("guide"),
            new GatewayConfig.Batch(65536, 256, 1024)));
    private final SubscriptionHandler subscriptions = new SubscriptionHandler(
            hub, new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access()), Topics.CONFIG, served);
    private final MemorySessions sessions = Sessions.store(timers, counters);
    private final SessionHandler sessionHandler =
            new SessionHandler(sessions, subscriptions, queryHandler, Sessions.CONFIG);
    private final TopicHandler topics = new TopicHandler(
            hub, new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access()), Topics.CONFIG, clock, counters);
    private final PresenceTracker members = Members.tracker(clock, timers, counters);
    private final MessageRouter cortex = cortex();
    private final GatewayRouter gateway = gateway();
    private final HeartbeatRule cortexRule =
            new HeartbeatRule(Heartbeat.CONFIG.idleTimeout(), CloseReason.IDLE, Traffic.HEARD, Optional.empty());
    private final HeartbeatRule gatewayRule = new HeartbeatRule(
            Heartbeat.CONFIG.gatewayIdleTimeout(),
            CloseReason.GATEWAY_IDLE,
            Traffic.MESSAGES,
            Optional.of(gateway::ping));
    private int clients;

    /** Answers at once, or only when it is cancelled. */
    private static final class Patient implements QueryEngine {
        @Override
        public String name() {
            return "patient";
        }

        @Override
        public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
            context.emit("text", question.text());
            if (!question.text().equals("wait")) {
                return Answer.of("done").done();
            }
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            context.cancellation().onCancel(() -> answer.complete(Answer.of("stopped")));
            return answer;
        }
    }

    private static QueryConfig queryConfig() {
        return new QueryConfig(
                "patient",
                200,
                200,
                Duration.ofSeconds(30),
                Duration.ofMinutes(1),
                100,
                1 << 20,
                100,
                Duration.ofSeconds(2),
                1000,
                1 << 20,
                KEPT_AGE,
                Configs.UNFAIR);
    }

    private QueryService queryService() {
        QueryEnvironment with = new QueryEnvironment(
                queryConfig(), clock, timers.ticker(), timers, () -> "id", counters, Runnable::run);
        return new QueryService(
                new Patient(), with, new InterruptManager(), Runnable::run, Conversations.gate(timers, counters));
    }

    private MessageRouter cortex() {
        PresenceHandler presence = new PresenceHandler(members);
        CredentialHandler credentials = Credentials.handler(subscriptions, timers, clock);
        JoinHandler joins = new JoinHandler(
                credentials,
                registry,
                queryHandler,
                presence,
                subscriptions,
                sessionHandler,
                limits,
                counters,
                Audit.NONE);
        return new MessageRouter(
                registry,
                joins,
                credentials,
                queryHandler,
                presence,
                subscriptions,
                topics,
                QueryFixtures.noTools(queryHandler),
                QueryFixtures.conversations(timers, counters),
                QueryFixtures.noWorkers(),
                limits,
                timers,
                counters);
    }

    private GatewayRouter gateway() {
        AgentChannels agents = new AgentChannels(registry, limits, counters);
        ChannelHandler channels = new ChannelHandler(
                hub,
                subscriptions,
                new EngineChannels(served, agents, queryHandler, new RandomIds()),
                new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access()),
                registry,
                served,
                Topics.CONFIG,
                "node",
                clock,
                counters);
        return new GatewayRouter(
                registry,
                agents,
                queryHandler,
                subscriptions,
                topics,
                QueryFixtures.noTools(queryHandler),
                QueryFixtures.conversations(timers, counters),
                QueryFixtures.noWorkers(),
                channels,
                sessionHandler,
                Credentials.handler(subscriptions, timers, clock),
                limits,
                clock,
                timers,
                counters);
    }

    /** One client and what becomes of it. */
    private final class Client {
        private final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        private final Connection connection;
        private final Consumer<Inbound> messages;
        private final MessageCodec codec;
        private final boolean phoenix;
        private final String agent;

        private Client(Random random) {
            phoenix = random.nextBoolean();
            agent = "a" + random.nextInt(20);
            codec = phoenix
                    ? new PhoenixCodecs(64, 1 << 20).open(PhoenixCodec.Version.V2)
                    : new ObjectCodecs(64, 1 << 20).open(ObjectCodecs.Format.JSON);
            connection = new Connection("c" + clients++, "10.0.0.1", 0, transport, codec, environment);
            Identity identity = new Identity("k", Set.of(), Set.of(Role.USER, Role.PUBLISHER));
            CortexSession session =
                    phoenix ? cortex.open(connection, Optional.empty()) : gateway.open(connection, identity);
            messages = message -> {
                connection.activity().spoke();
                if (phoenix) {
                    cortex.route(session, message);
                } else {
                    gateway.route(session, message);
                }
            };
            heartbeats.watch(connection, phoenix ? cortexRule : gatewayRule);
            if (random.nextInt(3) > 0) {
                transport.onPing(() -> connection.activity().answered());
            }
            if (phoenix) {
                say("phx_join", "{\"api_key\":\"test_key\"}");
            }
        }

        private void say(String event, String fields) {
            messages.accept(codec.decode(
                    phoenix
                            ? "[\"1\",\"1\",\"cortex:" + agent + "\",\"" + event + "\"," + fields + "]"
                            : "{\"type\":\"" + event + "\",\"agent\":\"" + agent + "\"," + fields.substring(1)));
        }

        private void act(Random random) {
            switch (random.nextInt(9)) {
                case 0 -> say("subscribe", "{\"topic\":\"public:t" + random.nextInt(10) + "\"}");
                case 1 -> say("subscribe", "{\"topic\":\"public:*\"}");
                case 2 -> say("query", "{\"q\":\"now\",\"ref\":\"r" + random.nextInt(500) + "\"}");
                case 3 ->
                    say(
                            "query",
                            "{\"q\":\"wait\",\"ref\":\"w" + random.nextInt(500) + "\",\"on_disconnect\":\"cancel\"}");
                case 4 -> say("publish", "{\"topic\":\"public:t1\",\"event\":\"e\",\"payload\":{\"x\":1}}");
                case 5 -> say("unsubscribe", "{\"topic\":\"public:t1\"}");
                case 6 -> say("nonsense", "{\"a\":1}");
                case 7 -> say("message", "{\"channel\":\"guide\",\"message\":\"now\"}");
                default -> transport.behave(Behaviour.values()[random.nextInt(Behaviour.values().length)]);
            }
        }

        private void fallSilent() {
            transport.behave(Behaviour.NEVER);
            transport.onPing(() -> {});
        }

        private void leave(Random random) {
            switch (random.nextInt(4)) {
                case 0 -> connection.closed();
                case 1 -> connection.close(CloseReason.SERVICE_RESTART);
                case 2 -> connection.abort(CloseReason.INTERNAL);
                default -> fallSilent();
            }
        }
    }

    private void pass(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusSeconds(3)) {
            timers.advance(Duration.ofSeconds(3));
            heartbeats.sweep();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("M13 K15: after a storm of connects, disconnects and evictions every table is empty")
    void leavesNothing(long seed) {
        Random random = new Random(seed);
        List<Client> present = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            if (present.size() < 50 || random.nextInt(3) == 0) {
                present.add(new Client(random));
            }
            present.get(random.nextInt(present.size())).act(random);
            if (random.nextInt(4) == 0) {
                present.remove(random.nextInt(present.size())).leave(random);
            }
            if (random.nextInt(10) == 0) {
                pass(Duration.ofSeconds(3));
            }
        }
        assertThat(counters.get(Counter.CONNECTIONS_EVICTED)).isPositive();
        assertThat(counters.get(Counter.CONNECTIONS_DEAD)).isPositive();
        assertThat(counters.get(Counter.SUBSCRIPTIONS_STARTED)).isPositive();
        assertThat(counters.get(Counter.QUERIES_STARTED)).isPositive();

        // Nobody says anything any more, nor answers.
        present.forEach(Client::fallSilent);
        pass(KEPT_AGE.plusMinutes(2));

        assertThat(registry.count()).isZero();
        assertThat(registry.agents()).isZero();
        assertThat(registry.listActive()).isEmpty();
        assertThat(heartbeats.watched()).isZero();
        assertThat(hub.status().subscriptions()).isZero();
        assertThat(hub.status().patterns()).isZero();
        assertThat(members.status()).isEqualTo(new PresenceTracker.Status(0, 0, 0));
        assertThat(queries.status()).isEqualTo(new QueryService.Status(0, 0, 0, 0, 0));
        assertThat(timers.pending()).isZero();
        assertThat(counters.get(Counter.CONNECTIONS_CLOSED)).isEqualTo(clients);
        assertThat(counters.get(Counter.CONNECTIONS_OPENED)).isEqualTo(clients);
        assertThat(counters.get(Counter.TOPICS_CRASHED)).isZero();
    }
}
