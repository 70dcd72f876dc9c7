package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.LimitsConfig;
import io.synapse.config.Mode;
import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.CloseReason;
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
import io.synapse.testing.Members;
import io.synapse.testing.OddClock;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import io.synapse.tool.ToolRegistry;
import io.synapse.topic.TopicHub;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessageRouterTest {

    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);
    private static final Duration CLOSE_DELAY = Duration.ofSeconds(2);
    private static final String JOIN =
            "[\"3\",\"3\",\"cortex:a\",\"phx_join\",{\"api_key\":\"test_key\",\"presence\":false}]";

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final ConnectionRegistry registry = new ConnectionRegistry();
    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final LinkedBlockingQueue<String> words = new LinkedBlockingQueue<>();
    private final OddClock oddClock = new OddClock(NOW);
    private final LimitsConfig limits = new LimitsConfig(100, 1 << 20, 64, 2, 3, CLOSE_DELAY);
    private final Connection.Environment environment = new Connection.Environment(
            new OutboxConfig(10_000, 1 << 24, 1 << 20, Duration.ofDays(1)), timers.ticker(), timers, counters);
    private final MessageRouter router = router();

    /** Streams each word the test gives, until the word is "end". */
    private final class Words implements QueryEngine {
        @Override
        public String name() {
            return "words";
        }

        @Override
        public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
            for (String word = words.take(); !word.equals("end"); word = words.take()) {
                context.emit("text", word);
            }
            return Answer.of("x").done();
        }
    }

    private MessageRouter router() {
        QueryConfig config = new QueryConfig(
                "words",
                4,
                4,
                Duration.ofSeconds(30),
                Duration.ofMinutes(1),
                100,
                1 << 20,
                100,
                Duration.ofSeconds(2),
                10,
                1 << 20,
                Duration.ofMinutes(5),
                Configs.UNFAIR);
        Clock fixed = Clock.fixed(NOW, ZoneOffset.UTC);
        QueryService service = new QueryService(
                new Words(),
                new QueryEnvironment(config, fixed, timers.ticker(), timers, () -> "epoch", counters, threads),
                new InterruptManager(),
                threads,
                Conversations.gate(timers, counters));
        QueryHandler queries = new QueryHandler(service, ToolRegistry.none(), config, oddClock, Audit.NONE);
        PresenceHandler presence = new PresenceHandler(Members.tracker(fixed, timers, counters));
        TopicHub hub = Topics.hub(timers.ticker(), counters);
        TopicAccess access = new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access());
        SubscriptionHandler subscriptions =
                new SubscriptionHandler(hub, access, Topics.CONFIG, new Channels(Topics.GATEWAY));
        TopicHandler topics = new TopicHandler(hub, access, Topics.CONFIG, fixed, counters);
        CredentialHandler credentials = Credentials.handler(subscriptions, timers, fixed);
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

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** One client; what it was sent is taken out by {@link #sent}. */
    private final class Client {
        private final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        private final Connection connection;
        private final CortexSession session;
        private int seen;

        Client(String id, Optional<Identity> identity) {
            connection =
                    new Connection(id, "127.0.0.1", 0, transport, codecs.open(PhoenixCodec.Version.V2), environment);
            session = router.open(connection, identity);
        }

        Client say(String... frames) {
            for (String frame : frames) {
                router.route(session, connection.codec().decode(frame));
            }
            return this;
        }

        List<String> sent() {
            List<String> all = transport.texts();
            List<String> fresh = List.copyOf(all.subList(seen, all.size()));
            seen = all.size();
            return fresh;
        }

        List<String> sent(int count) {
            until(() -> transport.texts().size() >= seen + count);
            return sent();
        }
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(15))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(condition);
    }

    private Client client() {
        return new Client("c1", Optional.empty());
    }

    private Client joined() {
        Client client = client().say(JOIN);
        client.sent();
        return client;
    }

    private static String joinReply(String joinRef, String topic) {
        return "[\"" + joinRef + "\",\"" + joinRef + "\",\"cortex:" + topic
                + "\",\"phx_reply\",{\"status\":\"ok\",\"response\":{\"agent_id\":\"" + topic
                + "\",\"connection_id\":\"c1\"}}]";
    }

    private static String refusal(String joinRef, String ref, String topic, String reason) {
        return "[" + joinRef + ",\"" + ref + "\",\"" + topic
                + "\",\"phx_reply\",{\"status\":\"error\",\"response\":{\"reason\":\"" + reason + "\"}}]";
    }

    @Test
    @DisplayName("M2: a join is answered, and noted in the registry")
    void join() {
        Client client = client().say(JOIN);
        assertThat(client.sent()).containsExactly(joinReply("3", "a"));
        assertThat(registry.ofAgent("a")).containsExactly(client.connection);
        assertThat(registry.count()).isEqualTo(1);
        client.connection.closed();
        assertThat(registry.count()).isZero();
        assertThat(registry.ofAgent("a")).isEmpty();
    }

    @Test
    @DisplayName(
            "M2: a wrong or absent credential, another topic, one topic too many: refused, and the socket stays open")
    void refusedJoins() {
        Client client = client();
        client.say(
                "[\"1\",\"1\",\"cortex:a\",\"phx_join\",{\"api_key\":\"wrong\"}]",
                "[\"2\",\"2\",\"cortex:a\",\"phx_join\",{}]",
                "[\"3\",\"3\",\"room:a\",\"phx_join\",{\"api_key\":\"test_key\"}]",
                "[\"4\",\"4\",\"cortex:\",\"phx_join\",{\"api_key\":\"test_key\"}]",
                "[null,\"5\",\"cortex:a\",\"query\",{\"q\":\"x\",\"ref\":\"r\"}]");
        assertThat(client.sent())
                .containsExactly(
                        refusal("\"1\"", "1", "cortex:a", "unauthorized"),
                        refusal("\"2\"", "2", "cortex:a", "unauthorized"),
                        refusal("null", "3", "room:a", "unmatched topic"),
                        refusal("null", "4", "cortex:", "unmatched topic"),
                        refusal("null", "5", "cortex:a", "unmatched topic"));
        client.say(JOIN, JOIN.replace("cortex:a", "cortex:b"));
        client.sent();
        client.say(JOIN.replace("cortex:a", "cortex:c"));
        assertThat(client.sent()).containsExactly(refusal("\"3\"", "3", "cortex:c", "too many channels joined"));
        assertThat(client.connection.isOpen()).isTrue();
        assertThat(counters.get(Counter.JOINS_REFUSED)).isEqualTo(2);
    }

    @Test
    @DisplayName(
            "M2, M5: a join with a wrong field is told which, on a topic that is joined or not, and changes nothing")
    void joinsWithAWrongField() {
        String wrong = "[\"7\",\"7\",\"cortex:a\",\"phx_join\",{\"api_key\":5}]";
        String refusal = "[\"7\",\"7\",\"cortex:a\",\"phx_reply\",{\"status\":\"error\",\"response\":"
                + "{\"reason\":\"invalid field\",\"detail\":\"api_key must be text\"}}]";
        Client client = client().say(wrong);
        assertThat(client.sent()).containsExactly(refusal);
        client.say(JOIN);
        client.sent();
        client.say(wrong);
        assertThat(client.sent()).containsExactly(refusal);
        client.say("[\"3\",\"9\",\"cortex:a\",\"ping\",{}]");
        assertThat(client.sent()).hasSize(2);
        client.say("{\"event\":\"phx_join\",\"payload\":{\"after_seq\":-1}}");
        assertThat(client.sent())
                .singleElement()
                .asString()
                .contains("\"topic\":\"phoenix\"", "\"invalid field\"", "after_seq must be within");
        assertThat(counters.get(Counter.FRAMES_INVALID)).isEqualTo(3);
    }

    @Test
    @DisplayName("M2: who the handshake identified joins without a key, the agents it may and no other")
    void theIdentityOfTheHandshake() {
        Client client = new Client("c1", Optional.of(new Identity("bob", Set.of("a"))));
        client.say(
                "[\"1\",\"1\",\"cortex:a\",\"phx_join\",{\"presence\":false}]",
                "[\"2\",\"2\",\"cortex:b\",\"phx_join\",{}]");
        assertThat(client.sent()).containsExactly(joinReply("1", "a"), refusal("\"2\"", "2", "cortex:b", "forbidden"));
    }

    @Test
    @DisplayName("M2: a second join: its reply, then the close of the first")
    void duplicateJoin() {
        Client client = joined().say(JOIN.replace("\"3\"", "\"7\""));
        assertThat(client.sent()).containsExactly(joinReply("7", "a"), "[\"3\",\"3\",\"cortex:a\",\"phx_close\",{}]");
        assertThat(registry.ofAgent("a")).hasSize(1);
        client.say("[\"3\",\"8\",\"cortex:a\",\"ping\",{}]", "[\"3\",\"9\",\"cortex:a\",\"phx_leave\",{}]");
        assertThat(client.sent()).isEmpty();
        assertThat(counters.get(Counter.FRAMES_STALE)).isEqualTo(2);
        client.say("[null,\"10\",\"cortex:a\",\"ping\",{}]");
        assertThat(client.sent()).hasSize(2).allMatch(text -> text.startsWith("[\"7\","));
    }

    @Test
    @DisplayName("M2: leaving is answered and closes; leaving again is answered only")
    void leave() {
        Client client = joined();
        String leave = "[\"3\",\"4\",\"cortex:a\",\"phx_leave\",{}]";
        String ok = "[\"3\",\"4\",\"cortex:a\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]";
        client.say(leave);
        assertThat(client.sent()).containsExactly(ok, "[\"3\",\"3\",\"cortex:a\",\"phx_close\",{}]");
        client.say(leave);
        assertThat(client.sent()).containsExactly(ok);
        assertThat(registry.ofAgent("a")).isEmpty();
    }

    @Test
    @DisplayName("M2: a heartbeat is answered, joined or not")
    void heartbeat() {
        assertThat(client().say("[null,\"4\",\"phoenix\",\"heartbeat\",{}]").sent())
                .containsExactly("[null,\"4\",\"phoenix\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]");
    }

    @Test
    @DisplayName("M5: a frame without a topic means the only one joined")
    void framesWithoutTopic() {
        String ping = "{\"event\":\"ping\",\"payload\":{},\"ref\":\"4\"}";
        Client client = client().say(ping);
        assertThat(client.sent()).singleElement().asString().contains("0 topics are joined");
        client.say(JOIN);
        client.sent();
        client.say(ping);
        assertThat(client.sent())
                .hasSize(2)
                .first()
                .asString()
                .contains("\"ref\":\"4\"")
                .contains("pong");
        client.say(JOIN.replace("cortex:a", "cortex:b"));
        client.sent();
        client.say(ping);
        assertThat(client.sent()).singleElement().asString().contains("2 topics are joined");
    }

    @Test
    @DisplayName("M7: a ping is answered and pushed")
    void ping() {
        assertThat(joined().say("[\"3\",\"4\",\"cortex:a\",\"ping\",{}]").sent())
                .containsExactly(
                        "[\"3\",\"4\",\"cortex:a\",\"phx_reply\",{\"status\":\"ok\",\"response\":"
                                + "{\"pong\":1700000000000,\"timestamp\":1700000000000}}]",
                        "[\"3\",null,\"cortex:a\",\"pong\",{\"timestamp\":1700000000000}]");
    }

    @Test
    @DisplayName("M5: a query without its fields gets the exact reason, as a reply and as a push")
    void missingFields() {
        List<String> sent = joined().say("[\"3\",\"4\",\"cortex:a\",\"query\",{\"q\":\"x\"}]")
                .sent();
        assertThat(sent).hasSize(2);
        assertThat(sent.get(0))
                .startsWith("[\"3\",\"4\",\"cortex:a\",\"phx_reply\",{\"status\":\"error\",\"response\":"
                        + "{\"reason\":\"missing required fields: q, ref\"");
        assertThat(sent.get(1))
                .startsWith("[\"3\",null,\"cortex:a\",\"error\",{\"reason\":\"missing required fields: q, ref\"");
    }

    @Test
    @DisplayName(
            "M4, M6, B3: a query, its thoughts, its interrupt: reply, thoughts, acknowledgement, interrupted, result")
    void queryAndInterrupt() {
        Client client = joined().say("[\"3\",\"4\",\"cortex:a\",\"query\",{\"q\":\"x\",\"ref\":\"r\"}]");
        assertThat(client.sent())
                .containsExactly("[\"3\",\"4\",\"cortex:a\",\"phx_reply\",{\"status\":\"ok\",\"response\":"
                        + "{\"ref\":\"r\",\"status\":\"processing\"}}]");
        words.add("one");
        assertThat(client.sent(1))
                .containsExactly("[\"3\",null,\"cortex:a\",\"thought\",{\"ref\":\"r\",\"seq\":1,\"type\":\"text\","
                        + "\"content\":\"one\",\"timestamp\":1700000000000}]");
        client.say("[\"3\",\"5\",\"cortex:a\",\"query\",{\"q\":\"other\",\"ref\":\"r\"}]");
        assertThat(client.sent()).hasSize(2).allMatch(text -> text.contains("\"reason\":\"ref_in_use\",\"ref\":\"r\""));
        client.say("[\"3\",\"6\",\"cortex:a\",\"interrupt\",{\"ref\":\"r\"}]");
        assertThat(client.sent(3))
                .containsExactly(
                        "[\"3\",\"6\",\"cortex:a\",\"phx_reply\",{\"status\":\"ok\",\"response\":{\"ref\":\"r\","
                                + "\"stopped\":true,\"stopped_after_ms\":0,\"last_seq\":1}}]",
                        "[\"3\",null,\"cortex:a\",\"interrupted\",{\"ref\":\"r\",\"reason\":\"user requested\"}]",
                        "[\"3\",null,\"cortex:a\",\"result\",{\"ref\":\"r\",\"status\":\"interrupted\",\"data\":"
                                + "{\"reason\":\"user requested\"},\"latency_ms\":0,\"last_seq\":1,"
                                + "\"truncated_at_seq\":1}]");
        client.say("[\"3\",\"7\",\"cortex:a\",\"interrupt\",{\"ref\":\"none\"}]");
        assertThat(client.sent()).hasSize(2).allMatch(text -> text.contains("\"reason\":\"not_found\""));
    }

    @Test
    @DisplayName("M6: another agent cannot interrupt the query")
    void anotherAgentCannotInterrupt() {
        Client client = joined().say("[\"3\",\"4\",\"cortex:a\",\"query\",{\"q\":\"x\",\"ref\":\"r\"}]");
        Client other = new Client("c2", Optional.empty()).say(JOIN.replace("cortex:a", "cortex:b"));
        other.sent();
        other.say("[\"3\",\"5\",\"cortex:b\",\"interrupt\",{\"ref\":\"r\"}]");
        assertThat(other.sent()).hasSize(2).allMatch(text -> text.contains("\"reason\":\"not_found\""));
        words.add("end");
        client.sent();
        until(() -> counters.get(Counter.QUERIES_SUCCEEDED) == 1);
        assertThat(counters.get(Counter.QUERIES_INTERRUPTED)).isZero();
    }

    @Test
    @DisplayName("M24: a failure ends its topic only; the join that follows finds the queries where they were")
    void crash() {
        Client client = joined().say(
                        JOIN.replace("cortex:a", "cortex:b"),
                        "[\"3\",\"4\",\"cortex:a\",\"query\",{\"q\":\"x\",\"ref\":\"r\"}]");
        words.add("one");
        client.sent(3);
        oddClock.broken(true);
        client.say("[\"3\",\"5\",\"cortex:a\",\"ping\",{}]");
        oddClock.broken(false);
        assertThat(client.sent())
                .containsExactly("[\"3\",\"3\",\"cortex:a\",\"phx_error\",{\"reason\":\"channel_crash\"}]");
        assertThat(registry.ofAgent("a")).isEmpty();
        assertThat(registry.ofAgent("b")).hasSize(1);
        words.add("two");
        words.add("end");
        until(() -> counters.get(Counter.QUERIES_SUCCEEDED) == 1);
        assertThat(client.sent()).isEmpty();

        client.say(JOIN.replace("\"3\"", "\"8\""));
        List<String> sent = client.sent(3);
        assertThat(sent).hasSize(3);
        assertThat(sent.get(0)).isEqualTo(joinReply("8", "a"));
        assertThat(sent.get(1)).startsWith("[\"8\",null,\"cortex:a\",\"thought\",{\"ref\":\"r\",\"seq\":2,");
        assertThat(sent.get(2)).startsWith("[\"8\",null,\"cortex:a\",\"result\",");
        assertThat(client.connection.isOpen()).isTrue();
    }

    @Test
    @DisplayName("M2, M24: leaving a topic that failed forgets what was followed there")
    void leavingACrashedTopic() {
        Client client = joined().say("[\"3\",\"4\",\"cortex:a\",\"query\",{\"q\":\"x\",\"ref\":\"r\"}]");
        words.add("one");
        client.sent(2);
        oddClock.broken(true);
        client.say("[\"3\",\"5\",\"cortex:a\",\"ping\",{}]");
        oddClock.broken(false);
        client.say("[\"3\",\"6\",\"cortex:a\",\"phx_leave\",{}]");
        assertThat(client.sent())
                .containsExactly(
                        "[\"3\",\"3\",\"cortex:a\",\"phx_error\",{\"reason\":\"channel_crash\"}]",
                        "[\"3\",\"6\",\"cortex:a\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]");
        words.add("two");
        words.add("end");
        until(() -> counters.get(Counter.QUERIES_SUCCEEDED) == 1);
        client.say(JOIN.replace("\"3\"", "\"8\""), "[\"8\",\"9\",\"cortex:a\",\"ping\",{}]");
        assertThat(client.sent())
                .hasSize(3)
                .noneMatch(text -> text.contains("\"thought\"") || text.contains("\"result\""));
    }

    @Test
    @DisplayName("B1: resuming and joining again hand a query over: nothing is missing or twice, nor is it abandoned")
    void handingOver() {
        Client client = joined().say("[\"3\",\"4\",\"cortex:a\",\"query\","
                + "{\"q\":\"x\",\"ref\":\"r\",\"on_disconnect\":\"cancel\"}]");
        words.add("one");
        client.sent(2);
        client.say("[\"3\",\"5\",\"cortex:a\",\"resume\",{\"ref\":\"r\"}]");
        assertThat(client.sent(2)).last().asString().contains("\"seq\":1,");
        client.say(JOIN.replace("\"3\"", "\"8\""));
        assertThat(client.sent()).containsExactly(joinReply("8", "a"), "[\"3\",\"3\",\"cortex:a\",\"phx_close\",{}]");
        words.addAll(List.of("two", "end"));
        List<String> rest = client.sent(2);
        assertThat(rest).hasSize(2);
        assertThat(rest.get(0)).startsWith("[\"8\",null,\"cortex:a\",\"thought\",{\"ref\":\"r\",\"seq\":2,");
        assertThat(rest.get(1)).contains("\"status\":\"success\"");
        assertThat(counters.get(Counter.QUERIES_INTERRUPTED)).isZero();
    }

    @Test
    @DisplayName("B1: a join names the query to go on with; one that is not known is said to be so")
    void joinAndResume() throws Exception {
        Client first = joined().say("[\"3\",\"4\",\"cortex:a\",\"query\",{\"q\":\"x\",\"ref\":\"r\"}]");
        words.addAll(List.of("one", "two", "three"));
        first.sent(4);
        first.connection.closed();
        words.add("end");
        Client second = new Client("c1", Optional.empty());
        second.say(JOIN.replace("{\"api_key", "{\"query_id\":\"r\",\"after_seq\":2,\"api_key"));
        List<String> sent = second.sent(3);
        assertThat(sent).hasSize(3);
        assertThat(sent.get(1)).contains("\"thought\"").contains("\"seq\":3,");
        assertThat(sent.get(2)).contains("\"result\"");
        second.say("[\"3\",\"5\",\"cortex:a\",\"query\",{\"q\":\"x\",\"ref\":\"r\"}]");
        assertThat(second.sent(5)).hasSize(5).first().asString().contains("\"attached\":true");
        Client third = new Client("c1", Optional.empty());
        third.say(JOIN.replace("{\"api_key", "{\"query_id\":\"none\",\"api_key"));
        assertThat(third.sent()).hasSize(2).last().asString().contains("\"reason\":\"not_found\"");
        assertThat(words.poll(0, TimeUnit.SECONDS)).isNull();
    }

    @Test
    @DisplayName("M5: malformed frames are answered, then not; the connection is closed after the delay only")
    void tooManyMalformedFrames() {
        Client client = joined();
        for (int i = 0; i < limits.malformedFrames(); i++) {
            client.say("not json");
            assertThat(client.sent()).singleElement().asString().contains("malformed frame");
        }
        client.say("not json", "[]", "[1,2]");
        assertThat(client.sent()).isEmpty();
        client.say("[null,\"4\",\"phoenix\",\"heartbeat\",{}]");
        assertThat(client.sent()).hasSize(1);
        timers.advance(CLOSE_DELAY.minusMillis(1));
        assertThat(client.transport.closes()).isEmpty();
        timers.advance(Duration.ofMillis(1));
        assertThat(client.transport.closes()).containsExactly(CloseReason.POLICY);
        timers.advance(CLOSE_DELAY);
        assertThat(client.transport.closes()).hasSize(1);
    }
}
