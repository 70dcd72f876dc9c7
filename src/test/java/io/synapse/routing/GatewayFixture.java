package io.synapse.routing;

import io.synapse.agent.RemoteEngine;
import io.synapse.agent.Workers;
import io.synapse.config.GatewayConfig;
import io.synapse.config.LimitsConfig;
import io.synapse.config.Mode;
import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.config.TopicAccessConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.conversation.MemoryConversations;
import io.synapse.it.ProbeEngine;
import io.synapse.platform.Counters;
import io.synapse.platform.RandomIds;
import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.FrameBounds;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.Subprotocol;
import io.synapse.query.ConversationGate;
import io.synapse.query.InterruptManager;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryService;
import io.synapse.query.Sharing;
import io.synapse.security.Audit;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.TopicAccess;
import io.synapse.session.MemorySessions;
import io.synapse.testing.Agents;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversation;
import io.synapse.testing.Conversations;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.OddClock;
import io.synapse.testing.Packing;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import io.synapse.tool.ToolRegistry;
import io.synapse.topic.TopicHub;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** All that is behind {@code /ws}, without a server. */
final class GatewayFixture implements AutoCloseable {

    static final long NOW = 1_700_000_000_000L;
    static final int RUNNING = 4;
    static final int PLACES = 8;
    static final Duration CLOSE_DELAY = Duration.ofSeconds(2);
    static final List<String> CHANNELS =
            List.of("guide", "pillar:content", "pillar:insights", "pillar:operations", "pillar:business_outcomes");

    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    final ConnectionRegistry registry = new ConnectionRegistry();
    final TopicHub hub = Topics.hub(timers.ticker(), counters);
    final OddClock oddClock = new OddClock(Instant.ofEpochMilli(NOW));
    final MemoryConversations conversations = Conversations.store(timers, counters);
    final ConversationGate gate = Conversations.gate(conversations, counters);
    final MemorySessions sessions = Sessions.store(timers, counters);
    final GatewayRouter router;
    /** The limits of those who connect from now on. */
    Supplier<Guard> guards = () -> Guard.NONE;

    final Workers workers;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ObjectCodecs codecs = new ObjectCodecs(64, 1 << 20, new FrameBounds(65536, 256, SMALLEST_DEFLATED));
    private final Connection.Environment environment = new Connection.Environment(
            new OutboxConfig(1000, 1 << 20, 1 << 16, Duration.ofDays(1)), timers.ticker(), timers, counters);
    // So that most of what is said is compressed, where it may be.
    private static final int SMALLEST_DEFLATED = 64;
    private int connections;

    GatewayFixture() {
        this(CHANNELS, "guide");
    }

    /** One of several nodes. */
    GatewayFixture(Sharing sharing) {
        this(CHANNELS, "guide", Optional.of(sharing));
    }

    GatewayFixture(List<String> names, String defaultChannel) {
        this(names, defaultChannel, Optional.empty());
    }

    private GatewayFixture(List<String> names, String defaultChannel, Optional<Sharing> sharing) {
        Channels channels = new Channels(new GatewayConfig(
                Optional.empty(), names, defaultChannel, List.of("guide"), new GatewayConfig.Batch(65536, 256, 1024)));
        LimitsConfig limits = new LimitsConfig(100, 1 << 20, 64, 2, 20, CLOSE_DELAY);
        QueryConfig config = new QueryConfig(
                "probe",
                RUNNING,
                PLACES - RUNNING,
                Duration.ofSeconds(30),
                Duration.ofMinutes(1),
                100,
                1 << 20,
                100,
                Duration.ofSeconds(20),
                10,
                1 << 20,
                Duration.ofMinutes(5),
                Configs.UNFAIR);
        Clock clock = oddClock;
        workers = Agents.workers(timers, counters, clock, "poet", "bard");
        QueryService service = new QueryService(
                new RemoteEngine(new ProbeEngine(), workers),
                new QueryEnvironment(config, clock, timers.ticker(), timers, () -> "epoch", counters, threads),
                new InterruptManager(),
                threads,
                gate,
                sharing);
        TopicAccess access = new TopicAccess(
                Mode.PRODUCTION,
                new TopicAccessConfig(
                        Map.of(
                                "synapse-user",
                                List.of("public:**", "guide", "pillar:*"),
                                "synapse-publisher",
                                List.of("**")),
                        Map.of("synapse-publisher", List.of("**"))));
        SubscriptionHandler subscriptions = new SubscriptionHandler(hub, access, Topics.CONFIG, channels);
        TopicHandler topics = new TopicHandler(hub, access, Topics.CONFIG, clock, counters);
        AgentChannels agents = new AgentChannels(registry, limits, counters);
        QueryHandler queries = new QueryHandler(service, ToolRegistry.none(), config, clock, Audit.NONE);
        ChannelHandler handler = new ChannelHandler(
                hub,
                subscriptions,
                new EngineChannels(channels, agents, queries, new RandomIds()),
                access,
                registry,
                channels,
                Topics.CONFIG,
                "n1",
                clock,
                counters);
        CredentialHandler credentials = Credentials.handler(subscriptions, timers, clock);
        router = new GatewayRouter(
                registry,
                agents,
                queries,
                subscriptions,
                topics,
                QueryFixtures.probeTools(queries),
                new ConversationHandler(conversations, gate, Conversations.CONFIG.pageSize()),
                new WorkerHandler(workers),
                handler,
                new SessionHandler(sessions, subscriptions, queries, Sessions.CONFIG),
                credentials,
                limits,
                clock,
                timers,
                counters);
    }

    /** A client with one role, which has been greeted. */
    Client open(String role) {
        return open(role, Subprotocol.JSON);
    }

    Client open(String role, Subprotocol spoken) {
        return new Client(
                new Identity("somebody", Set.of(), Set.of(Role.of(role).orElseThrow())), spoken);
    }

    Client user() {
        return open("synapse-user").greeted();
    }

    Client publisher() {
        return open("synapse-publisher").greeted();
    }

    Client client(Identity identity) {
        return new Client(identity, Subprotocol.JSON).greeted();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** One client. */
    final class Client implements Conversation.Client {
        final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        final Connection connection;
        final CortexSession session;
        private final Packing packing;
        private int seen;

        private Client(Identity identity, Subprotocol spoken) {
            packing = Packing.of(spoken.word());
            connection =
                    new Connection("c" + ++connections, "127.0.0.1", 0, transport, codecs.open(spoken), environment);
            session = router.open(connection, identity, guards.get());
        }

        private Client greeted() {
            next();
            return this;
        }

        @Override
        public void send(String frame) {
            Object packed = packing.frame(frame);
            if (packed instanceof String text) {
                connection.codec().decode(text, message -> router.route(session, message));
            } else {
                connection.codec().decode(ByteBuffer.wrap((byte[]) packed), message -> router.route(session, message));
            }
        }

        private List<String> messages() {
            List<String> all = new ArrayList<>();
            for (EncodedFrame frame : transport.frames()) {
                if (frame instanceof EncodedFrame.Binary binary) {
                    packing.messages(binary.data().toArray()).forEach(message -> all.add(message.toString()));
                } else if (frame instanceof EncodedFrame.Text text) {
                    all.addAll(List.of(text.text().split("\n")));
                }
            }
            return all;
        }

        /** Sends something that is answered once, and at once. */
        String ask(String frame) {
            send(frame);
            List<String> all = messages();
            if (all.size() != seen + 1) {
                throw new AssertionError("not one answer: " + all.subList(seen, all.size()));
            }
            return next();
        }

        @Override
        public String next() {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(15))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> messages().size() > seen);
            return messages().get(seen++);
        }

        /** What has come and was not looked at. */
        List<String> rest() {
            List<String> all = messages();
            List<String> fresh = List.copyOf(all.subList(seen, all.size()));
            seen = all.size();
            return fresh;
        }

        @Override
        public void close() {
            connection.closed();
        }
    }
}
