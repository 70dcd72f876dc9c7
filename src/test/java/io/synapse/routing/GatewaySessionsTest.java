package io.synapse.routing;

import static io.synapse.routing.SessionFixture.ann;
import static io.synapse.routing.SessionFixture.identity;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.platform.Counters;
import io.synapse.platform.RandomIds;
import io.synapse.presence.PresenceTracker;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Publication;
import io.synapse.routing.SessionFixture.Client;
import io.synapse.routing.SessionFixture.Phoenix;
import io.synapse.routing.SessionFixture.Plain;
import io.synapse.security.Role;
import io.synapse.session.SessionStore;
import io.synapse.stream.Broker;
import io.synapse.stream.BrokerBounds;
import io.synapse.stream.MemoryBroker;
import io.synapse.stream.StreamBounds;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import io.synapse.topic.Patterns;
import io.synapse.topic.TopicHub;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client on {@code /ws} finds again when it comes back; and what holds on both sockets. */
@Timeout(60)
class GatewaySessionsTest {

    private final SessionFixture fixture = new SessionFixture();

    private static String epoch(JsonNode response) {
        return response.at("/result/topics/0/epoch").asText();
    }

    @Test
    @DisplayName(
            "M14 K4: subscriptions, queries of several agents and the filter come back, each from its best position")
    void goesOn() throws Exception {
        Plain first = fixture.plain();
        JsonNode opened = first.open("");
        assertThat(opened.toString())
                .isEqualTo(
                        "{\"type\":\"response\",\"id\":1,\"result\":{\"session\":{\"resumed\":false,\"keep_ms\":30000},"
                                + "\"topics\":[],\"queries\":[]}}");
        String seen = epoch(first.ask("{\"type\":\"subscribe\",\"topic\":\"public:seen\"}"));
        String acked = epoch(first.ask("{\"type\":\"subscribe\",\"topic\":\"public:acked\",\"acknowledged\":true}"));
        first.ask("{\"type\":\"subscribe\",\"topic\":\"public:neither\"}");
        first.say("{\"type\":\"query\",\"q\":\"one\",\"ref\":\"q1\"}");
        first.say("{\"type\":\"query\",\"q\":\"two\",\"ref\":\"q2\",\"agent\":\"bob\"}");
        first.say("{\"type\":\"query\",\"q\":\"three\",\"ref\":\"q3\",\"agent\":\"bob\"}");
        for (String question : List.of("one", "two", "three")) {
            fixture.asked.think(question, "1");
            fixture.asked.think(question, "2");
        }
        fixture.asked.end("three");
        for (String topic : List.of("public:seen", "public:acked", "public:neither")) {
            fixture.publish(topic, 1, 3);
        }
        first.received();
        first.say("{\"type\":\"ack\",\"message_id\":\"" + acked + "-2\"}");
        assertThat(first.received()).isEmpty();
        assertThat(first.ask("{\"id\":5,\"type\":\"ack\",\"message_id\":\"" + acked + "-9\"}")
                        .get("code")
                        .asInt())
                .isEqualTo(-32602);
        assertThat(first.ask("{\"id\":5,\"type\":\"ack\",\"message_id\":\"other-1\"}")
                        .get("message")
                        .asText())
                .isEqualTo("not_found");
        first.lost();

        Plain second = fixture.plain();
        JsonNode back = second.open(",\"positions\":{\"public:seen\":{\"offset\":1,\"epoch\":\"" + seen
                        + "\"}},\"queries\":{\"q1\":1,\"q3\":{\"agent\":\"bob\",\"seq\":1}}")
                .get("result");
        assertThat(back.at("/session/resumed").asBoolean()).isTrue();
        for (JsonNode topic : back.get("topics")) {
            assertThat(topic.get("recovered").asBoolean())
                    .isEqualTo(!topic.get("topic").asText().equals("public:neither"));
        }
        List<String> queries = new ArrayList<>();
        back.get("queries").forEach(query -> queries.add(query.toString()));
        assertThat(queries)
                .containsExactlyInAnyOrder(
                        "{\"ref\":\"q1\",\"agent\":\"guide\",\"after_seq\":1,\"recovered\":true}",
                        "{\"ref\":\"q2\",\"agent\":\"bob\",\"after_seq\":2,\"recovered\":false}",
                        "{\"ref\":\"q3\",\"agent\":\"bob\",\"after_seq\":1,\"recovered\":true}");
        assertThat(second.events())
                .containsExactlyInAnyOrder(
                        "public:seen 2",
                        "public:seen 3",
                        "public:acked 3",
                        "thought q1 2",
                        "thought q3 2",
                        "result q3");
        fixture.publish("public:neither", 4, 4);
        fixture.asked.think("two", "3");
        assertThat(second.events()).containsExactly("public:neither 4", "thought q2 3");
    }

    @Test
    @DisplayName("M14 K6: who comes back takes over, and the old connection is closed with a code of its own")
    void takesOver() {
        Plain first = fixture.plain();
        first.open("");
        String epoch = epoch(first.ask("{\"type\":\"subscribe\",\"topic\":\"public:x\"}"));
        fixture.publish("public:x", 1, 2);
        first.received();
        Plain second = fixture.plain();
        second.open(",\"positions\":{\"public:x\":{\"offset\":1,\"epoch\":\"" + epoch + "\"}}");
        assertThat(first.transport.aborts()).containsExactly(CloseReason.TAKEN_OVER);
        fixture.publish("public:x", 3, 3);
        assertThat(first.received()).isEmpty();
        assertThat(second.events()).containsExactly("public:x 2", "public:x 3");
        assertThat(fixture.registry.count()).isEqualTo(1);
        assertThat(fixture.sessions.status()).isEqualTo(new SessionStore.Status(1, 0, 0));
    }

    @Test
    @DisplayName(
            "M14: a session comes first, and once; it is none of another subject's, and none of the other socket's")
    void comesFirst() {
        Plain late = fixture.plain();
        late.ask("{\"type\":\"subscribe\",\"topic\":\"public:x\"}");
        assertThat(late.open("").get("message").asText()).isEqualTo("session must come first");
        Plain first = fixture.plain();
        first.open("");
        assertThat(first.open("").get("message").asText()).isEqualTo("session must come first");
        first.ask("{\"type\":\"subscribe\",\"topic\":\"public:x\"}");
        first.lost();
        Plain bob = fixture.new Plain(identity("bob", Role.USER));
        assertThat(bob.open("").at("/result/session/resumed").asBoolean()).isFalse();
        assertThat(fixture.phoenix().join("").at("/session/resumed").asBoolean())
                .isFalse();
        assertThat(fixture.plain().ask("{\"type\":\"session\"}").get("message").asText())
                .isEqualTo("missing required fields: session");
        assertThat(fixture.plain().open("").at("/result/session/resumed").asBoolean())
                .isTrue();
    }

    @Test
    @DisplayName("M14: an agent that the client may not join any more gives nothing back")
    void checksAgentsAgain() {
        Plain first = fixture.plain();
        first.open("");
        first.say("{\"type\":\"query\",\"q\":\"one\",\"ref\":\"q1\",\"agent\":\"bob\"}");
        first.lost();
        Plain second = fixture
        .new Plain(new io.synapse.security.Identity("ann", java.util.Set.of("guide"), java.util.Set.of(Role.USER)));
        assertThat(second.open("").at("/result/queries").toString())
                .isEqualTo("[{\"ref\":\"q1\",\"agent\":\"bob\",\"recovered\":false,\"reason\":\"forbidden\"}]");
    }

    @Test
    @DisplayName("M9: a page of history that is all hidden says where the next one begins, in both directions")
    void hiddenPages() {
        Plain server = fixture.new Plain(identity("feed", Role.PUBLISHER));
        Plain user = fixture.plain();
        // What a client says on a channel stands there for those who serve it.
        Plain reader = fixture.new Plain(identity("eve", Role.USER));
        for (int i = 0; i < 3; i++) {
            server.say("{\"channel\":\"guide\",\"payload\":" + i + "}");
        }
        assertThat(user.ask("{\"type\":\"history\",\"topic\":\"guide\",\"limit\":1}")
                        .at("/result/next/offset")
                        .asInt())
                .isEqualTo(1);
        JsonNode refused = reader.ask("{\"type\":\"history\",\"topic\":\"guide\",\"limit\":1}");
        assertThat(refused.get("message").asText()).isEqualTo("forbidden");
        JsonNode page = server.ask("{\"type\":\"history\",\"topic\":\"guide\",\"limit\":2,\"reverse\":true}")
                .get("result");
        assertThat(page.at("/next/offset").asInt()).isEqualTo(2);
        JsonNode last = server.ask(
                        "{\"type\":\"history\",\"topic\":\"guide\",\"limit\":2,\"reverse\":true,\"offset\":2,\"epoch\":\"%s\"}"
                                .formatted(page.at("/next/epoch").asText()))
                .get("result");
        assertThat(last.get("messages")).hasSize(1);
        assertThat(last.has("next")).isFalse();
    }

    /** A broker whose topics open when the test says so. */
    private static final class Delayed implements Broker<Publication> {
        private final Broker<Publication> broker;
        private final Queue<Runnable> opening = new ArrayDeque<>();

        Delayed(Broker<Publication> broker) {
            this.broker = broker;
        }

        @Override
        public CompletionStage<Feed<Publication>> open(String topic) {
            CompletableFuture<Feed<Publication>> opened = new CompletableFuture<>();
            opening.add(() -> broker.open(topic).thenAccept(opened::complete));
            return opened;
        }

        void openNext() {
            opening.remove().run();
        }

        @Override
        public CompletionStage<Published> publish(String topic, Publication entry, Optional<String> key) {
            return broker.publish(topic, entry, key);
        }

        @Override
        public CompletionStage<Page<Publication>> history(String topic, PageRequest request) {
            return broker.history(topic, request);
        }

        @Override
        public void watch(TopicListener<Publication> listener) {
            broker.watch(listener);
        }

        @Override
        public Status status() {
            return broker.status();
        }
    }

    private static Delayed delayed() {
        ManualTimers timers = new ManualTimers();
        StreamBounds window = new StreamBounds(100, 1 << 20, Duration.ofMinutes(5));
        return new Delayed(new MemoryBroker<>(
                new BrokerBounds(window, 50, 8 << 20, 10, Duration.ofMinutes(1)),
                Publication::bytes,
                Publication::digest,
                new RandomIds(),
                timers.ticker()));
    }

    private static SessionFixture over(Delayed broker) {
        ManualTimers timers = new ManualTimers();
        Patterns patterns = new Patterns(
                new StreamBounds(100, 1 << 20, Duration.ofMinutes(5)), 5, new RandomIds(), timers.ticker());
        return new SessionFixture(new TopicHub(broker, Topics.CONFIG, patterns, new Counters()));
    }

    @Test
    @DisplayName("M9: with a broker that takes its time, what was said last about a topic wins")
    void theLastWins() {
        Delayed broker = delayed();
        SessionFixture slow = over(broker);
        Phoenix client = slow.phoenix();
        client.ask("phx_join", "{\"presence\":false}");
        client.say("subscribe", "{\"topic\":\"public:x\"}");
        assertThat(client.ask("unsubscribe", "{\"topic\":\"public:x\"}")
                        .get("topic")
                        .asText())
                .isEqualTo("public:x");
        broker.openNext();
        assertThat(client.received().get(0).at("/4/response/reason").asText()).isEqualTo("overtaken");
        slow.publish("public:x", 1, 1);
        assertThat(client.pushes()).isEmpty();
        assertThat(slow.hub.status().subscriptions()).isZero();

        // Two that are answered in their order, an unsubscribe between them; then two in the other order.
        client.say("subscribe", "{\"topic\":\"public:x\"}");
        client.say("unsubscribe", "{\"topic\":\"public:x\"}");
        client.say("subscribe", "{\"topic\":\"public:x\",\"offset\":0}");
        broker.openNext();
        broker.openNext();
        assertThat(client.pushes()).contains("public:x 1");
        assertThat(client.ask("unsubscribe", "{\"topic\":\"public:x\"}")
                        .get("topic")
                        .asText())
                .isEqualTo("public:x");
        assertThat(client.ask("unsubscribe", "{\"topic\":\"public:x\"}")
                        .get("reason")
                        .asText())
                .isEqualTo("not_found");
        client.say("subscribe", "{\"topic\":\"public:x\",\"offset\":0}");
        client.say("subscribe", "{\"topic\":\"public:x\"}");
        client.received();
        Runnable early = broker.opening.remove();
        broker.openNext();
        early.run();
        slow.publish("public:x", 2, 2);
        assertThat(client.pushes()).contains("public:x 2").doesNotContain("public:x 1");
        assertThat(slow.hub.status().subscriptions()).isEqualTo(1);
        client.lost();
        assertThat(slow.hub.status().subscriptions()).isZero();
    }

    @Test
    @DisplayName("M9 G9: subscriptions under way count among those that a connection may have")
    void countsWhatIsUnderWay() {
        Delayed broker = delayed();
        Phoenix client = over(broker).phoenix();
        client.ask("phx_join", "{\"presence\":false}");
        for (int i = 0; i < Topics.CONFIG.subscriptionsPerConnection(); i++) {
            client.say("subscribe", "{\"topic\":\"public:" + i + "\"}");
        }
        assertThat(client.ask("subscribe", "{\"topic\":\"public:more\"}")
                        .get("reason")
                        .asText())
                .isEqualTo("too many subscriptions");
    }

    @Test
    @DisplayName(
            "M14: with a broker that takes its time, the answer waits for all, and whoever takes over in between gets all")
    void waitsForTheBroker() {
        Delayed broker = delayed();
        SessionFixture slow = over(broker);
        Phoenix first = slow.phoenix();
        first.join("");
        first.say("subscribe", "{\"topic\":\"public:x\",\"acknowledged\":true}");
        first.say("subscribe", "{\"topic\":\"public:y\",\"acknowledged\":true}");
        broker.openNext();
        broker.openNext();
        slow.publish("public:x", 1, 1);
        slow.publish("public:y", 1, 1);
        first.lost();
        Phoenix second = slow.phoenix();
        second.say("phx_join", "{\"presence\":false,\"session\":\"" + SessionFixture.SESSION + "\"}");
        broker.openNext();
        assertThat(second.received()).isEmpty();
        Phoenix third = slow.phoenix();
        third.say("phx_join", "{\"presence\":false,\"session\":\"" + SessionFixture.SESSION + "\"}");
        broker.openNext();
        broker.openNext();
        broker.openNext();
        assertThat(third.received().get(0).at("/4/response/topics")).hasSize(2);
        assertThat(second.pushes()).doesNotContain("public:x 1", "public:y 1");
        assertThat(slow.hub.status().subscriptions()).isEqualTo(2);
        third.lost();
        slow.timers.advance(Sessions.KEEP);
        assertThat(slow.sessions.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("M14 G9: a storm of connections that come back, take over and go leaves nothing when the time is over")
    void leavesNothing(long seed) {
        Random random = new Random(seed);
        List<Client> present = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            String session = "\"session\":\"%016d\"".formatted(random.nextInt(80));
            if (random.nextBoolean()) {
                Phoenix client = fixture.new Phoenix(ann());
                client.say("phx_join", "{" + session + "}");
                client.say("subscribe", "{\"topic\":\"public:t" + random.nextInt(5) + "\"}");
                client.say("query", "{\"q\":\"q\",\"ref\":\"r" + random.nextInt(20) + "\"}");
                if (random.nextInt(4) == 0) {
                    client.say(random.nextBoolean() ? "phx_leave" : "phx_join", "{" + session + "}");
                }
                present.add(client);
            } else {
                Plain client = fixture.new Plain(ann());
                client.say("{\"type\":\"session\"," + session + "}");
                client.say("{\"type\":\"subscribe\",\"topics\":[\"public:*\",\"public:t1\"],\"acknowledged\":false}");
                client.say("{\"type\":\"query\",\"q\":\"q\",\"ref\":\"r" + random.nextInt(20) + "\"}");
                present.add(client);
            }
            while (present.size() > 20) {
                present.remove(random.nextInt(present.size())).lost();
            }
            if (random.nextInt(50) == 0) {
                fixture.timers.advance(Duration.ofSeconds(random.nextInt(20)));
            }
            SessionStore.Status status = fixture.sessions.status();
            assertThat(status.held() + status.kept()).isLessThanOrEqualTo(Sessions.CONFIG.max());
        }
        present.forEach(Client::lost);
        assertThat(fixture.sessions.status().held()).isZero();
        assertThat(fixture.sessions.status().kept()).isPositive();
        assertThat(fixture.hub.status().subscriptions()).isZero();
        fixture.timers.advance(Sessions.KEEP);
        assertThat(fixture.sessions.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        assertThat(fixture.hub.status().patterns()).isZero();
        assertThat(fixture.registry.count()).isZero();
        assertThat(fixture.registry.agents()).isZero();
        fixture.timers.advance(Duration.ofMinutes(11));
        assertThat(fixture.members.status()).isEqualTo(new PresenceTracker.Status(0, 0, 0));
        assertThat(fixture.timers.pending()).isZero();
    }
}
