package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.LimitsConfig;
import io.synapse.config.Mode;
import io.synapse.config.OutboxConfig;
import io.synapse.config.PresenceConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.presence.MemoryPresence;
import io.synapse.presence.PresenceTracker;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.query.InterruptManager;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryService;
import io.synapse.security.Audit;
import io.synapse.security.Identity;
import io.synapse.security.TopicAccess;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
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
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Presence as a client sees it: frame by frame. */
class PresenceHandlerTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final PresenceTracker.Status NOTHING = new PresenceTracker.Status(0, 0, 0);

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final ConnectionRegistry registry = new ConnectionRegistry();
    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final AtomicInteger refs = new AtomicInteger();
    private final Clock clock = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);
    private final LimitsConfig limits = new LimitsConfig(10_000, 1 << 20, 64, 5, 3, Duration.ZERO);
    private final Connection.Environment environment = new Connection.Environment(
            new OutboxConfig(1000, 1 << 20, 1 << 10, Duration.ofDays(1)), timers.ticker(), timers, counters);
    private final PresenceTracker tracker = new MemoryPresence(new MemoryPresence.Environment(
            new PresenceConfig(GRACE, INTERVAL, 3, 5),
            clock,
            timers.ticker(),
            timers,
            () -> "r" + refs.incrementAndGet(),
            counters,
            Runnable::run));
    private final MessageRouter router = router();

    private MessageRouter router() {
        QueryEngine engine = new QueryEngine() {
            @Override
            public String name() {
                return "none";
            }

            @Override
            public CompletionStage<Answer> answer(Question question, QueryContext context) {
                return Answer.of("x").done();
            }
        };
        Duration second = Duration.ofSeconds(1);
        QueryConfig config =
                new QueryConfig("none", 1, 1, second, second, 1, 1000, 1, second, 1, 1000, second, Configs.UNFAIR);
        QueryService service = new QueryService(
                engine,
                new QueryEnvironment(config, clock, timers.ticker(), timers, () -> "e", counters, Runnable::run),
                new InterruptManager(),
                Runnable::run,
                Conversations.gate(timers, counters));
        QueryHandler queries = new QueryHandler(service, ToolRegistry.none(), config, clock, Audit.NONE);
        PresenceHandler presence = new PresenceHandler(tracker);
        TopicHub hub = Topics.hub(timers.ticker(), counters);
        TopicAccess access = new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access());
        SubscriptionHandler subscriptions =
                new SubscriptionHandler(hub, access, Topics.CONFIG, new Channels(Topics.GATEWAY));
        TopicHandler topics = new TopicHandler(hub, access, Topics.CONFIG, clock, counters);
        CredentialHandler credentials = Credentials.handler(subscriptions, timers, clock);
        return new MessageRouter(
                registry,
                new JoinHandler(
                        credentials,
                        registry,
                        queries,
                        presence,
                        subscriptions,
                        new SessionHandler(Sessions.store(timers, counters), subscriptions, queries, Sessions.CONFIG),
                        limits,
                        counters,
                        Audit.NONE),
                credentials,
                queries,
                presence,
                subscriptions,
                topics,
                QueryFixtures.noTools(queries),
                QueryFixtures.conversations(timers, counters),
                QueryFixtures.noWorkers(),
                limits,
                timers,
                counters);
    }

    /** One client; what it was sent is taken out by {@link #sent}. */
    private final class Client {
        private final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        private final Connection connection;
        private final CortexSession session;
        private int seen;

        Client(String id) {
            this(id, new Identity("bob", Set.of()));
        }

        Client(String id, Identity identity) {
            connection =
                    new Connection(id, "127.0.0.1", 0, transport, codecs.open(PhoenixCodec.Version.V2), environment);
            session = router.open(connection, Optional.of(identity));
        }

        Client say(String ref, String event, String payload) {
            return say(ref, "a", event, payload);
        }

        Client say(String ref, String agent, String event, String payload) {
            String frame = "[\"1\",\"" + ref + "\",\"cortex:" + agent + "\",\"" + event + "\"," + payload + "]";
            router.route(session, connection.codec().decode(frame));
            return this;
        }

        Client join(String payload) {
            return say("1", "phx_join", payload);
        }

        List<String> sent() {
            List<String> all = transport.texts();
            List<String> fresh = List.copyOf(all.subList(seen, all.size()));
            seen = all.size();
            return fresh;
        }

        List<String> sent(String event) {
            return sent().stream()
                    .filter(frame -> frame.contains("\"" + event + "\""))
                    .toList();
        }
    }

    private static String push(String joinRef, String event, String payload) {
        return "[" + joinRef + ",null,\"cortex:a\",\"" + event + "\"," + payload + "]";
    }

    private static String reply(String ref, String status, String response) {
        return "[\"1\",\"" + ref + "\",\"cortex:a\",\"phx_reply\",{\"status\":\"" + status + "\",\"response\":"
                + response + "}]";
    }

    private static String meta(String ref, String previous, String connection, String more) {
        return "{\"phx_ref\":\"" + ref + "\"," + (previous == null ? "" : "\"phx_ref_prev\":\"" + previous + "\",")
                + "\"connection_id\":\"" + connection + "\",\"online_at\":" + NOW + "," + more + "}";
    }

    private static String presence(String key, String meta) {
        return "{\"" + key + "\":{\"metas\":[" + meta + "]}}";
    }

    private static final String ONLINE = "\"status\":\"online\"";

    @Test
    @DisplayName("M11: the reply, then the state with oneself; for the others a diff, which is a broadcast")
    void joining() {
        Client first = new Client("c1").join("{}");
        assertThat(first.sent())
                .containsExactly(
                        reply("1", "ok", "{\"agent_id\":\"a\",\"connection_id\":\"c1\"}"),
                        push("\"1\"", "presence_state", presence("a", meta("r1", null, "c1", ONLINE))));
        timers.advance(INTERVAL);
        Client second = new Client("c2").join("{\"presence_key\":\"ann\"}");
        String ann = presence("ann", meta("r2", null, "c2", ONLINE));
        assertThat(first.sent())
                .containsExactly(push("null", "presence_diff", "{\"joins\":" + ann + ",\"leaves\":{}}"));
        assertThat(second.sent("presence_state"))
                .hasSize(1)
                .allMatch(frame -> frame.contains("\"a\"") && frame.contains("\"ann\""));
        second.connection.closed();
        timers.advance(GRACE);
        assertThat(first.sent())
                .containsExactly(push("null", "presence_diff", "{\"joins\":{},\"leaves\":" + ann + "}"));
        first.connection.closed();
        timers.advance(GRACE.plus(INTERVAL));
        assertThat(tracker.status()).isEqualTo(NOTHING);
    }

    @Test
    @DisplayName("M11: presence:false is neither seen nor told, and cannot say how it is")
    void withoutPresence() {
        Client seen = new Client("c1").join("{}");
        seen.sent();
        timers.advance(INTERVAL);
        Client server = new Client("c2").join("{\"presence\":false}");
        assertThat(server.sent()).hasSize(1);
        seen.say("2", "presence_update", "{\"status\":\"busy\"}");
        timers.advance(INTERVAL);
        assertThat(server.sent()).isEmpty();
        assertThat(seen.sent()).hasSize(2);
        server.say("3", "presence_update", "{\"status\":\"busy\"}");
        assertThat(server.sent())
                .containsExactly(
                        reply("3", "error", "{\"reason\":\"not_tracked\"}"),
                        push("\"1\"", "error", "{\"reason\":\"not_tracked\"}"));
        server.say("4", "presence", "{\"counts\":true}");
        assertThat(server.sent()).containsExactly(reply("4", "ok", "{\"topic\":\"cortex:a\",\"count\":1,\"keys\":1}"));
    }

    @Test
    @DisplayName("M11: an update is answered with its ref and told as a new meta that names the old one")
    void updating() {
        Client client = new Client("c1").join("{}");
        timers.advance(INTERVAL);
        client.sent();
        client.say("2", "presence_update", "{\"status\":\"busy\",\"load\":0.5}");
        String now = meta("r2", "r1", "c1", "\"status\":\"busy\",\"load\":0.5");
        assertThat(client.sent())
                .containsExactlyInAnyOrder(
                        reply("2", "ok", "{\"phx_ref\":\"r2\"}"),
                        push(
                                "null",
                                "presence_diff",
                                "{\"joins\":" + presence("a", now) + ",\"leaves\":"
                                        + presence("a", meta("r1", null, "c1", ONLINE)) + "}"));
        client.say("3", "presence", "{}");
        assertThat(client.sent())
                .containsExactly(reply(
                        "3",
                        "ok",
                        "{\"topic\":\"cortex:a\",\"count\":1,\"keys\":1,\"state\":" + presence("a", now) + "}"));
    }

    @Test
    @DisplayName("M11: the list of another agent is for those who may join it")
    void anotherAgent() {
        Client client = new Client("c1", new Identity("bob", Set.of("a", "b"))).join("{}");
        new Client("c2").say("1", "b", "phx_join", "{}");
        client.sent();
        client.say("2", "presence", "{\"agent\":\"b\"}");
        assertThat(client.sent()).singleElement().asString().contains("\"topic\":\"cortex:b\",\"count\":1");
        client.say("3", "presence", "{\"agent\":\"c\",\"counts\":true}");
        assertThat(client.sent())
                .containsExactly(
                        reply("3", "error", "{\"reason\":\"forbidden\"}"),
                        push("\"1\"", "error", "{\"reason\":\"forbidden\"}"));
    }

    @Test
    @DisplayName("B14: joining again, coming back after a crash or a lost connection: an update, with status and all")
    void comingBack() {
        Client watcher = new Client("w").join("{\"presence_key\":\"watcher\"}");
        Client client = new Client("c1").join("{}").say("2", "presence_update", "{\"status\":\"busy\"}");
        timers.advance(INTERVAL);
        watcher.sent();
        client.join("{}");
        timers.advance(INTERVAL);
        assertUpdate(watcher, "c1");
        // After a join that replaces another the state comes twice.
        assertThat(client.sent("presence_state")).hasSize(3).last().asString().contains("\"status\":\"busy\"");
        client.connection.closed();
        timers.advance(GRACE.minusMillis(1));
        Client again = new Client("c2").join("{}");
        assertUpdate(watcher, "c2");
        again.say("3", "phx_leave", "{}");
        timers.advance(GRACE);
        assertThat(watcher.sent("presence_diff")).singleElement().asString().contains("{\"joins\":{}");
        assertThat(counters.get(Counter.PRESENCE_RETURNED)).isEqualTo(2);
        assertThat(counters.get(Counter.PRESENCE_JOINED)).isEqualTo(2);
        assertThat(counters.get(Counter.PRESENCE_LEFT)).isEqualTo(1);
    }

    private static void assertUpdate(Client watcher, String connection) {
        assertThat(watcher.sent("presence_diff"))
                .singleElement()
                .asString()
                .contains("\"phx_ref_prev\"", "\"connection_id\":\"" + connection + "\"", "\"status\":\"busy\"")
                .doesNotContain("{\"joins\":{}", "\"leaves\":{}");
    }

    @Test
    @DisplayName("B14: of many the first are in the state, presence_info says so, and the counts are of all")
    void truncated() {
        List<Client> clients = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            clients.add(new Client("c" + i).join("{\"presence_key\":\"k" + i + "\"}"));
        }
        timers.advance(INTERVAL);
        Client last = clients.get(4);
        List<String> sent = last.sent();
        assertThat(sent).hasSize(3);
        assertThat(sent.get(1)).contains("presence_state", "k1", "k2", "k3").doesNotContain("k4", "truncated");
        assertThat(sent.get(2))
                .isEqualTo(push("\"1\"", "presence_info", "{\"count\":5,\"keys\":5,\"truncated\":true}"));
        last.say("2", "presence", "{}");
        assertThat(last.sent())
                .singleElement()
                .asString()
                .contains("\"count\":5,\"keys\":5,\"truncated\":true,\"state\":{\"k1\"")
                .doesNotContain("k4");
        clients.get(0).connection.closed();
        clients.get(3).connection.closed();
        timers.advance(GRACE.plus(INTERVAL));
        assertThat(last.sent())
                .hasSize(2)
                .contains(push("\"1\"", "presence_info", "{\"count\":3,\"keys\":3,\"truncated\":false}"));
    }

    @Test
    @DisplayName("B14: one too many joins, is told that it is not seen, and sees the others")
    void full() {
        for (int i = 1; i <= 5; i++) {
            new Client("c" + i).join("{}");
        }
        Client client = new Client("c6").join("{}");
        timers.advance(INTERVAL);
        List<String> sent = client.sent();
        assertThat(sent.get(0)).contains("\"status\":\"ok\"");
        assertThat(sent.get(1)).contains("\"error\"", "presence_full");
        assertThat(sent.get(2)).contains("presence_state", "\"c1\"").doesNotContain("c6");
        assertThat(counters.get(Counter.PRESENCE_REFUSED)).isEqualTo(1);
    }

    @Test
    @DisplayName("M11: an agent whose name clients stumble over is joined without being seen")
    void anOddAgent() {
        Client client = new Client("c1").say("1", "__proto__", "phx_join", "{}");
        assertThat(client.sent())
                .hasSize(3)
                .anyMatch(frame -> frame.contains("invalid field") && frame.contains("presence_key"))
                .anyMatch(frame -> frame.endsWith("\"presence_state\",{}]"));
    }

    @Test
    @DisplayName("B5: one who does not read is given the state when he does, and no diff twice")
    void slowReader() {
        Client slow = new Client("c1").join("{}");
        Client busy = new Client("c2").join("{\"presence_key\":\"k\"}");
        timers.advance(INTERVAL);
        slow.sent();
        slow.transport.behave(Behaviour.LATER);
        for (int i = 0; i < 500; i++) {
            busy.say("2", "presence_update", "{\"status\":\"s" + i + "\"}");
            timers.advance(INTERVAL);
        }
        assertThat(slow.connection.isOpen()).isTrue();
        assertThat(slow.connection.status().bytes()).isLessThan(4096);
        slow.transport.completeAll();
        List<String> sent = slow.sent();
        assertThat(sent.size()).isLessThan(30);
        assertThat(sent.get(sent.size() - 1)).contains("presence_state", "\"s499\"");
    }

    @Test
    @DisplayName("G10: after a storm of connects, joins and disconnects nothing is left, neither a table nor a timer")
    void nothingIsLeft() {
        int before = timers.pending();
        for (int i = 0; i < 1000; i++) {
            Client client = new Client("c" + i);
            client.join("{\"presence_key\":\"k" + i % 3 + "\"}").say("2", "b", "phx_join", "{}");
            if (i % 3 == 0) {
                client.say("3", "phx_leave", "{}");
            }
            if (i % 5 == 0) {
                timers.advance(Duration.ofMillis(40));
            }
            client.connection.closed();
            client.say("4", "c", "phx_join", "{}");
        }
        timers.advance(GRACE.plus(INTERVAL));
        assertThat(tracker.status()).isEqualTo(NOTHING);
        assertThat(registry.count()).isZero();
        assertThat(registry.agents()).isZero();
        assertThat(timers.pending()).isEqualTo(before);
    }
}
