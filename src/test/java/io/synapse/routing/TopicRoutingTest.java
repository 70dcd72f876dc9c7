package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.config.LimitsConfig;
import io.synapse.config.Mode;
import io.synapse.config.OutboxConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.security.Audit;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.TopicAccess;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Members;
import io.synapse.testing.OddClock;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import io.synapse.topic.TopicHub;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Topics as a client on the cortex socket meets them: every reply, every refusal. */
@Timeout(60)
class TopicRoutingTest {

    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final OddClock oddClock = new OddClock(NOW);
    private final LimitsConfig limits = new LimitsConfig(100, 1 << 20, 64, 3, 100, Duration.ofSeconds(1));
    private final Connection.Environment environment = new Connection.Environment(
            new OutboxConfig(100, 1 << 22, 4096, Duration.ofDays(1)), timers.ticker(), timers, counters);
    private final TopicHub hub = Topics.hub(timers.ticker(), counters);
    private final MessageRouter router = router();

    private MessageRouter router() {
        Clock clock = oddClock;
        QueryHandler queries = QueryFixtures.handler(timers, counters, clock);
        SubscriptionHandler subscriptions = new SubscriptionHandler(
                hub,
                new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access()),
                Topics.CONFIG,
                new Channels(Topics.GATEWAY));
        TopicHandler topics = new TopicHandler(
                hub, new TopicAccess(Mode.PRODUCTION, Topics.CONFIG.access()), Topics.CONFIG, clock, counters);
        ConnectionRegistry registry = new ConnectionRegistry();
        PresenceHandler presence =
                new PresenceHandler(Members.tracker(Clock.fixed(NOW, ZoneOffset.UTC), timers, counters));
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

    /** One client that speaks V2; replies and pushes are read as {@code event payload}, without envelope. */
    private final class Client {
        private final FakeTransport transport;
        private final Connection connection;
        private final CortexSession session;
        private int seen;
        private int refs = 10;

        Client(Role role, Behaviour behaviour) {
            transport = new FakeTransport(behaviour);
            connection =
                    new Connection("c", "127.0.0.1", 0, transport, codecs.open(PhoenixCodec.Version.V2), environment);
            session = router.open(connection, Optional.of(new Identity("x", Set.of(), Set.of(role))));
        }

        Client joined(String agent) {
            join(agent, "1");
            frames();
            return this;
        }

        void join(String agent, String ref) {
            say("[\"" + ref + "\",\"" + ref + "\",\"cortex:" + agent + "\",\"phx_join\",{\"presence\":false}]");
        }

        void say(String frame) {
            router.route(session, connection.codec().decode(frame));
        }

        /** Says something on the topic that is joined, and returns everything that comes of it. */
        List<String> ask(String agent, String event, String payload) {
            say("[null,\"" + ++refs + "\",\"cortex:" + agent + "\",\"" + event + "\"," + payload + "]");
            return frames();
        }

        List<String> ask(String event, String payload) {
            return ask("bob", event, payload);
        }

        JsonNode reply(String event, String payload) {
            String first = ask(event, payload).get(0);
            assertThat(first).startsWith("phx_reply ");
            return json(first.substring("phx_reply ".length()));
        }

        List<String> frames() {
            List<String> all = transport.texts();
            List<String> fresh = new ArrayList<>();
            for (String text : all.subList(seen, all.size())) {
                JsonNode frame = json(text);
                fresh.add(frame.get(3).asText() + " " + frame.get(4));
            }
            seen = all.size();
            return fresh;
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private Client user() {
        return new Client(Role.USER, Behaviour.INLINE).joined("bob");
    }

    private Client publisher() {
        return new Client(Role.PUBLISHER, Behaviour.INLINE).joined("bob");
    }

    private static final String PUBLISH = "{\"topic\":\"public:news\",\"event\":\"item\",\"payload\":{\"n\":1}}";

    private static void assertRefused(List<String> frames, String body) {
        assertThat(frames)
                .containsExactly("phx_reply {\"status\":\"error\",\"response\":" + body + "}", "error " + body);
    }

    @Test
    @DisplayName("M9: subscribe, publish, receive, unsubscribe: the frames, word by word")
    void wordByWord() {
        Client user = user();
        JsonNode subscribed = user.reply("subscribe", "{\"topic\":\"public:news\"}");
        String epoch = subscribed.at("/response/epoch").asText();
        assertThat(subscribed)
                .hasToString("{\"status\":\"ok\",\"response\":{\"topic\":\"public:news\",\"offset\":0,\"epoch\":\""
                        + epoch + "\"}}");
        Client publisher = publisher();
        assertThat(publisher.ask("publish", PUBLISH))
                .containsExactly(
                        "phx_reply {\"status\":\"ok\",\"response\":{\"topic\":\"public:news\",\"offset\":1,\"epoch\":\""
                                + epoch + "\"}}");
        assertThat(user.transport.texts().get(user.transport.texts().size() - 1))
                .isEqualTo("[null,null,\"cortex:bob\",\"item\",{\"topic\":\"public:news\",\"event\":\"item\","
                        + "\"payload\":{\"n\":1},\"offset\":1,\"epoch\":\"" + epoch + "\",\"message_id\":\"" + epoch
                        + "-1\",\"timestamp\":1700000000000}]");
        user.frames();
        assertThat(user.ask("unsubscribe", "{\"topic\":\"public:news\"}"))
                .containsExactly("phx_reply {\"status\":\"ok\",\"response\":{\"topic\":\"public:news\"}}");
        publisher.ask("publish", PUBLISH);
        assertThat(user.frames()).isEmpty();
        assertRefused(
                user.ask("unsubscribe", "{\"topic\":\"public:news\"}"),
                "{\"reason\":\"not_found\",\"topic\":\"public:news\"}");
    }

    @Test
    @DisplayName("M9: a publisher that subscribes gets its own messages, so that offsets have no holes")
    void ownMessages() {
        Client publisher = publisher();
        publisher.ask("subscribe", "{\"topic\":\"public:news\"}");
        assertThat(publisher.ask("publish", PUBLISH))
                .anyMatch(frame -> frame.startsWith("item "))
                .anyMatch(frame -> frame.startsWith("phx_reply "));
    }

    @Test
    @DisplayName("M9: unsubscribe, with a client that reads slowly: what was on its way comes before the reply")
    void nothingAfterTheReply() {
        Client slow = new Client(Role.USER, Behaviour.LATER);
        slow.join("bob", "1");
        slow.say("[\"1\",\"2\",\"cortex:bob\",\"subscribe\",{\"topic\":\"public:news\"}]");
        Client publisher = publisher();
        for (int i = 0; i < 90; i++) {
            publisher.ask("publish", PUBLISH);
        }
        slow.say("[\"1\",\"3\",\"cortex:bob\",\"unsubscribe\",{\"topic\":\"public:news\"}]");
        publisher.ask("publish", PUBLISH);
        slow.transport.completeAll();
        List<String> frames = slow.frames();
        assertThat(frames.get(frames.size() - 1))
                .isEqualTo("phx_reply {\"status\":\"ok\",\"response\":{\"topic\":\"public:news\"}}");
        assertThat(frames).filteredOn(frame -> frame.startsWith("item ")).isNotEmpty();
    }

    @Test
    @DisplayName("B16: recovery is told with the reply, and what was missed comes after it")
    void recovery() {
        Client publisher = publisher();
        publisher.ask("publish", PUBLISH);
        String epoch = publisher.reply("publish", PUBLISH).at("/response/epoch").asText();
        Client user = user();
        List<String> frames =
                user.ask("subscribe", "{\"topic\":\"public:news\",\"offset\":1,\"epoch\":\"" + epoch + "\"}");
        assertThat(frames).hasSize(2);
        assertThat(frames.get(0))
                .isEqualTo("phx_reply {\"status\":\"ok\",\"response\":{\"topic\":\"public:news\",\"offset\":1,"
                        + "\"epoch\":\"" + epoch + "\",\"recovered\":true}}");
        assertThat(frames.get(1)).startsWith("item ").contains("\"offset\":2");
        assertThat(user.ask("subscribe", "{\"topic\":\"public:news\",\"offset\":1,\"epoch\":\"other\"}"))
                .containsExactly("phx_reply {\"status\":\"ok\",\"response\":{\"topic\":\"public:news\",\"offset\":2,"
                        + "\"epoch\":\"" + epoch + "\",\"recovered\":false}}");
        assertThat(user.ask("subscribe", "{\"topic\":\"public:*\",\"offset\":0}"))
                .containsExactly(
                        "phx_reply {\"status\":\"ok\",\"response\":{\"topic\":\"public:*\",\"recovered\":false}}");
    }

    @Test
    @DisplayName("M9: filters of a subscription and of the join")
    void filters() {
        Client user = user();
        Client publisher = publisher();
        user.ask("subscribe", "{\"topic\":\"public:news\",\"events\":[\"item\"]}");
        publisher.ask("publish", PUBLISH);
        publisher.ask("publish", PUBLISH.replace("item", "other"));
        assertThat(user.frames()).singleElement().asString().startsWith("item ");
        assertThat(user.ask("subscribe", "{\"events\":[\"thought\"]}"))
                .containsExactly("phx_reply {\"status\":\"ok\",\"response\":{\"events\":[\"thought\"]}}");
        publisher.ask("publish", PUBLISH);
        assertThat(user.frames()).isEmpty();
        user.ask("subscribe", "{\"events\":[]}");
        publisher.ask("publish", PUBLISH);
        assertThat(user.frames()).singleElement().asString().startsWith("item ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "subscribe | {} | missing required fields: topic or events",
                "subscribe | {\"topic\":5} | topic must be text",
                "subscribe | {\"topic\":\"a*\"} | topic must be printable",
                "subscribe | {\"topic\":\"public:x\",\"events\":\"item\"} | events must be a list of texts",
                "subscribe | {\"topic\":\"public:x\",\"events\":[1]} | events must hold texts",
                "subscribe | {\"topic\":\"public:x\",\"offset\":1} | offset needs an epoch",
                "subscribe | {\"topic\":\"public:x\",\"epoch\":\"e\"} | epoch needs an offset",
                "subscribe | {\"topic\":\"public:x\",\"offset\":-1} | offset must be within",
                "unsubscribe | {} | missing required fields: topic",
                "publish | {\"topic\":\"public:x\",\"event\":\"e\"} | missing required fields: topic, event, payload",
                "publish | {\"topic\":\"public:*\",\"event\":\"e\",\"payload\":1} | topic must name one topic",
                "publish | {\"topic\":\"public:x\",\"event\":\"phx_close\",\"payload\":1} | event must not be phx_close",
                "publish | {\"topic\":\"public:x\",\"event\":\"thought\",\"payload\":1} | event must not be thought",
                "publish | {\"topic\":\"public:x\",\"event\":\"gap\",\"payload\":1} | event must not be gap",
                "publish | {\"topic\":\"public:x\",\"event\":\"\",\"payload\":1} | event must be printable",
                "history | {} | missing required fields: topic",
                "history | {\"topic\":\"public:*\"} | topic must name one topic",
                "history | {\"topic\":\"public:x\",\"limit\":0} | limit must be within",
                "history | {\"topic\":\"public:x\",\"reverse\":1} | reverse must be true or false"
            })
    @DisplayName("M5, M9: what cannot be understood is told, as a reply and as a push")
    void wrongFields(String event, String payload, String words) {
        List<String> frames = publisher().ask(event, payload);
        assertThat(frames).hasSize(2);
        assertThat(frames.get(0)).startsWith("phx_reply {\"status\":\"error\"").contains(words);
        assertThat(frames.get(1)).startsWith("error ").contains(words);
    }

    @Test
    @DisplayName("G9, M9: refusals of policies, of too many subscriptions, topics and patterns")
    void refusals() {
        Client publisher = publisher();
        assertRefused(
                publisher.ask("subscribe", "{\"topic\":\"x\",\"policy\":\"none\"}"),
                "{\"reason\":\"invalid field\",\"detail\":\"policy must be block, drop-oldest or disconnect\","
                        + "\"topic\":\"x\"}");
        assertRefused(
                publisher.ask("subscribe", "{\"topic\":\"*\",\"policy\":\"block\"}"),
                "{\"reason\":\"invalid field\",\"detail\":\"policy block needs one topic, without *\",\"topic\":\"*\"}");
        int most = Topics.CONFIG.subscriptionsPerConnection();
        publisher.join("eve", "5");
        publisher.frames();
        for (int i = 0; i < most; i++) {
            publisher.ask(i % 2 == 0 ? "bob" : "eve", "subscribe", "{\"topic\":\"t" + i + "\"}");
        }
        assertRefused(
                publisher.ask("subscribe", "{\"topic\":\"one more\"}"),
                "{\"reason\":\"too many subscriptions\",\"topic\":\"one more\"}");
        assertThat(publisher
                        .reply("subscribe", "{\"topic\":\"t0\"}")
                        .path("status")
                        .asText())
                .isEqualTo("ok");
        String topic = "";
        List<String> last = List.of();
        for (int i = 0; i < Topics.CONFIG.maxTopics(); i++) {
            topic = "many:" + i;
            last = publisher.ask("publish", PUBLISH.replace("public:news", topic));
        }
        assertRefused(last, "{\"reason\":\"too many topics\",\"topic\":\"" + topic + "\"}");
        assertRefused(
                user().ask("subscribe", "{\"topic\":\"public:" + topic + "\"}"),
                "{\"reason\":\"too many topics\",\"topic\":\"public:" + topic + "\"}");
    }

    @Test
    @DisplayName("G9: while one who must not lose anything is a window behind: system overloaded, and when to retry")
    void overloaded() {
        Client slow = new Client(Role.PUBLISHER, Behaviour.LATER);
        slow.join("bob", "1");
        slow.say("[\"1\",\"2\",\"cortex:bob\",\"subscribe\",{\"topic\":\"public:news\",\"policy\":\"block\"}]");
        Client publisher = publisher();
        List<String> frames;
        do {
            frames = publisher.ask("publish", PUBLISH);
        } while (frames.size() == 1);
        assertRefused(
                frames,
                "{\"reason\":\"Message rejected: system overloaded\",\"topic\":\"public:news\",\"retry_after_ms\":1000}");
        slow.transport.completeAll();
        assertThat(publisher.ask("publish", PUBLISH)).hasSize(1);
        assertThat(slow.frames()).noneMatch(frame -> frame.startsWith("gap"));
    }

    @Test
    @DisplayName("B7: the same publication under its key again is a duplicate; another one under it is refused")
    void idempotency() {
        Client publisher = publisher();
        String keyed = PUBLISH.replace("}}", "},\"idempotency_key\":\"k\"}");
        JsonNode first = publisher.reply("publish", keyed).path("response");
        assertThat(first.has("duplicate")).isFalse();
        JsonNode second = publisher.reply("publish", keyed).path("response");
        assertThat(second.path("duplicate").asBoolean()).isTrue();
        assertThat(second.path("offset")).isEqualTo(first.path("offset"));
        assertRefused(
                publisher.ask("publish", keyed.replace("{\"n\":1}", "{\"n\":2}")),
                "{\"reason\":\"idempotency_key_in_use\",\"topic\":\"public:news\"}");
        assertThat(counters.get(Counter.EVENTS_PUBLISHED)).isEqualTo(1);
    }

    @Test
    @DisplayName("G9: a payload over the bound is refused, and one of just the bound is not")
    void largePayloads() {
        Client publisher = publisher();
        int bound = Topics.CONFIG.messageBytes();
        String just = "\"" + "é".repeat((bound - 2) / 2) + "\"";
        assertThat(publisher.ask("publish", PUBLISH.replace("{\"n\":1}", just))).hasSize(1);
        assertRefused(
                publisher.ask("publish", PUBLISH.replace("{\"n\":1}", just.replaceFirst("é", "ééé"))),
                "{\"reason\":\"invalid field\",\"detail\":\"payload must have at most " + bound
                        + " bytes\",\"topic\":\"public:news\"}");
    }

    @Test
    @DisplayName("M23: history in pages, forwards and backwards, with what tells whether there is more")
    void history() {
        Client publisher = publisher();
        for (int i = 1; i <= 30; i++) {
            publisher.ask("publish", PUBLISH.replace("{\"n\":1}", String.valueOf(i)));
        }
        Client user = user();
        JsonNode first = user.reply("history", "{\"topic\":\"public:news\"}").path("response");
        String epoch = first.path("epoch").asText();
        assertThat(payloads(first))
                .hasSize(Topics.CONFIG.pageSize())
                .startsWith(1, 2)
                .endsWith(20);
        assertThat(first.path("more").asBoolean()).isTrue();
        assertThat(first.path("complete").asBoolean()).isTrue();
        assertThat(first.path("offset").asInt()).isEqualTo(30);
        assertThat(first.at("/messages/0/message_id").asText()).isEqualTo(epoch + "-1");
        String place = ",\"epoch\":\"" + epoch + "\"";
        JsonNode second = user.reply("history", "{\"topic\":\"public:news\",\"offset\":20" + place + "}")
                .path("response");
        assertThat(payloads(second)).hasSize(10).startsWith(21).endsWith(30);
        assertThat(second.path("more").asBoolean()).isFalse();
        JsonNode back = user.reply("history", "{\"topic\":\"public:news\",\"limit\":2,\"reverse\":true}")
                .path("response");
        assertThat(payloads(back)).containsExactly(30, 29);
        assertThat(back.path("more").asBoolean()).isTrue();
        JsonNode oldest = user.reply(
                        "history", "{\"topic\":\"public:news\",\"offset\":3,\"reverse\":true" + place + "}")
                .path("response");
        assertThat(payloads(oldest)).containsExactly(2, 1);
        assertThat(oldest.path("more").asBoolean()).isFalse();
        JsonNode other = user.reply("history", "{\"topic\":\"public:news\",\"offset\":3,\"epoch\":\"other\"}")
                .path("response");
        assertThat(other.path("complete").asBoolean()).isFalse();
        assertThat(other.path("messages")).isEmpty();
        JsonNode none = user.reply("history", "{\"topic\":\"public:none\"}");
        assertThat(none)
                .hasToString("{\"status\":\"ok\",\"response\":{\"topic\":\"public:none\",\"offset\":0,\"epoch\":\"\","
                        + "\"complete\":true,\"more\":false,\"messages\":[]}}");
    }

    private static List<Integer> payloads(JsonNode page) {
        List<Integer> payloads = new ArrayList<>();
        page.path("messages")
                .forEach(message -> payloads.add(message.path("payload").asInt()));
        return payloads;
    }

    @Test
    @DisplayName("M23, G9: one answer holds no more than a message may; the next page goes on behind it")
    void largeHistory() {
        Client publisher = publisher();
        String large = "\"" + "x".repeat(60_000) + "\"";
        for (int i = 0; i < 4; i++) {
            publisher.ask("publish", PUBLISH.replace("{\"n\":1}", large));
        }
        JsonNode page = user().reply("history", "{\"topic\":\"public:news\"}").path("response");
        assertThat(page.path("messages").size()).isBetween(1, 4);
        assertThat(page.toString().length()).isLessThan(300_000);
    }

    @Test
    @DisplayName("M18: roles: what a user may do is in the configuration, and {agent} is the agent it has joined")
    void access() {
        Client user = user();
        assertRefused(user.ask("publish", PUBLISH), "{\"reason\":\"forbidden\",\"topic\":\"public:news\"}");
        for (String topic : List.of("agent:bob:x", "agent:bob:x.y/z")) {
            assertThat(user.reply("publish", PUBLISH.replace("public:news", topic))
                            .path("status")
                            .asText())
                    .isEqualTo("ok");
            assertThat(user.reply("subscribe", "{\"topic\":\"" + topic + "\"}")
                            .path("status")
                            .asText())
                    .isEqualTo("ok");
        }
        for (String topic : List.of("agent:eve:x", "agent:*:x", "agent:bob", "agent.bob.x", "**", "agent:**", "x")) {
            String body = "{\"reason\":\"forbidden\",\"topic\":\"" + topic + "\"}";
            assertRefused(user.ask("subscribe", "{\"topic\":\"" + topic + "\"}"), body);
            if (!topic.contains("*")) {
                assertRefused(user.ask("publish", PUBLISH.replace("public:news", topic)), body);
                assertRefused(user.ask("history", "{\"topic\":\"" + topic + "\"}"), body);
            }
        }
        assertRefused(
                user.ask("subscribe", "{\"topic\":\"public:x\",\"policy\":\"block\"}"),
                "{\"reason\":\"forbidden\",\"topic\":\"public:x\"}");
        assertThat(user.reply("subscribe", "{\"topic\":\"agent:bob:**\"}")
                        .path("status")
                        .asText())
                .isEqualTo("ok");
    }

    @Test
    @DisplayName("M18: an agent whose name is a star or has parts reaches nobody else's topics")
    void oddAgents() {
        for (String agent : List.of("*", "bob:x", "**", "bob/../eve")) {
            Client user = new Client(Role.USER, Behaviour.INLINE).joined(agent);
            assertThat(user.ask(agent, "subscribe", "{\"topic\":\"agent:bob:x\"}")
                            .get(0))
                    .contains("forbidden");
        }
    }

    @Test
    @DisplayName(
            "M24: a topic that failed is joined again, and its subscriptions go on: nothing missing, nothing twice")
    void crash() {
        Client user = user();
        Client publisher = publisher();
        user.ask("subscribe", "{\"topic\":\"public:news\"}");
        user.ask("subscribe", "{\"topic\":\"public:**\",\"events\":[\"rare\"]}");
        user.ask("subscribe", "{\"events\":[\"item\",\"rare\"]}");
        publisher.ask("publish", PUBLISH);
        assertThat(user.frames()).hasSize(1);
        oddClock.broken(true);
        assertThat(user.ask("ping", "{}")).containsExactly("phx_error {\"reason\":\"channel_crash\"}");
        oddClock.broken(false);
        publisher.ask("publish", PUBLISH);
        publisher.ask("publish", PUBLISH.replace("item", "filtered"));
        assertThat(user.frames()).isEmpty();
        user.join("bob", "7");
        List<String> frames = user.frames();
        assertThat(frames.get(0)).startsWith("phx_reply");
        assertThat(frames)
                .filteredOn(frame -> frame.startsWith("item "))
                .singleElement()
                .asString()
                .contains("\"offset\":2");
        assertThat(frames)
                .filteredOn(frame -> frame.startsWith("recovery "))
                .containsExactly("recovery {\"topic\":\"public:**\",\"recovered\":false}");
        assertThat(frames).hasSize(3);
        publisher.ask("publish", PUBLISH);
        assertThat(user.frames()).hasSize(1);
        assertThat(hub.status().subscriptions()).isEqualTo(2);
    }

    @Test
    @DisplayName("M2: a second join takes the subscriptions over; leaving ends them")
    void joiningAgainAndLeaving() {
        Client user = user();
        Client publisher = publisher();
        user.ask("subscribe", "{\"topic\":\"public:news\"}");
        publisher.ask("publish", PUBLISH);
        user.frames();
        user.join("bob", "7");
        assertThat(user.frames()).hasSize(2);
        publisher.ask("publish", PUBLISH);
        assertThat(user.frames()).singleElement().asString().contains("\"offset\":2");
        assertThat(hub.status().subscriptions()).isEqualTo(1);
        user.ask("phx_leave", "{}");
        publisher.ask("publish", PUBLISH);
        assertThat(user.frames()).isEmpty();
        assertThat(hub.status().subscriptions()).isZero();
        assertThat(user.ask("subscribe", "{\"topic\":\"public:news\"}"))
                .containsExactly("phx_reply {\"status\":\"error\",\"response\":{\"reason\":\"unmatched topic\"}}");
    }

    @Test
    @DisplayName("M18: who joins again as somebody with fewer rights does not keep the other's subscriptions")
    void joiningAgainAsSomebodyElse() {
        Client admin = new Client(Role.USER, Behaviour.INLINE);
        admin.say("[\"1\",\"1\",\"cortex:bob\",\"phx_join\",{\"api_key\":\"test_key\",\"presence\":false}]");
        admin.ask("subscribe", "{\"topic\":\"secret\"}");
        admin.ask("subscribe", "{\"topic\":\"public:news\"}");
        admin.join("bob", "7");
        assertThat(admin.frames()).contains("error {\"reason\":\"forbidden\",\"topic\":\"secret\"}");
        publisher().ask("publish", PUBLISH.replace("public:news", "secret"));
        assertThat(admin.frames()).isEmpty();
        publisher().ask("publish", PUBLISH);
        assertThat(admin.frames()).hasSize(1);
    }

    @Test
    @DisplayName("B15: the end of a connection ends its subscriptions")
    void theEnd() {
        Client user = user();
        user.ask("subscribe", "{\"topic\":\"public:news\"}");
        user.ask("subscribe", "{\"topic\":\"public:*\"}");
        user.connection.closed();
        assertThat(hub.status().subscriptions()).isZero();
        assertThat(hub.status().patterns()).isZero();
    }
}
