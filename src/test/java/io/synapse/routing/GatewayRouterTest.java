package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.routing.GatewayFixture.Client;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the conversations cannot show, because it needs a server in trouble or a client that does not behave. */
@Timeout(60)
class GatewayRouterTest {

    private final GatewayFixture fixture = new GatewayFixture();

    @AfterEach
    void stop() {
        fixture.close();
    }

    private static String refused(String reason, String rest) {
        return "{\"type\":\"error\",\"code\":-32000,\"message\":\"" + reason + "\"" + rest + "}";
    }

    @Test
    @DisplayName("G1: the welcome is the first message, with the connection's id and the time")
    void greets() {
        Client client = fixture.open("synapse-user");
        assertThat(client.next())
                .isEqualTo("{\"type\":\"system\","
                        + "\"message\":\"Connected to WebSocket Gateway. Ready to receive messages.\","
                        + "\"connection_id\":\"c1\",\"timestamp\":" + GatewayFixture.NOW + "}");
        assertThat(fixture.registry.get("c1")).contains(client.connection);
        assertThat(fixture.counters.get(Counter.CONNECTIONS_OPENED)).isEqualTo(1);
    }

    @Test
    @DisplayName("M2: an agent that the client's key does not name, and one agent too many, are refused")
    void refusesAgents() {
        Client client = fixture.client(new Identity("bob", Set.of("a", "b", "c"), Set.of(Role.USER)));
        String ask = "{\"type\":\"interrupt\",\"ref\":\"r\",\"agent\":\"%s\"}";
        assertThat(client.ask(ask.formatted("x"))).isEqualTo(refused("forbidden", ",\"agent\":\"x\""));
        assertThat(client.ask(ask.formatted("a"))).isEqualTo(refused("not_found", ",\"ref\":\"r\""));
        assertThat(client.ask(ask.formatted("b"))).isEqualTo(refused("not_found", ",\"ref\":\"r\""));
        assertThat(client.ask(ask.formatted("c"))).isEqualTo(refused("too many channels joined", ""));
        assertThat(fixture.registry.agents()).isEqualTo(2);
        client.close();
        assertThat(fixture.registry.agents()).isZero();
    }

    @Test
    @DisplayName("M24: what fails in the server is said once, and the connection goes on as it was")
    void survivesFailures() {
        Client client = fixture.user();
        for (String frame : List.of(
                "{\"id\":1,\"type\":\"ping\"}",
                "{\"id\":1,\"channel\":\"guide\",\"payload\":1}",
                "{\"id\":1,\"type\":\"message\",\"payload\":1}")) {
            fixture.oddClock.broken(true);
            assertThat(client.ask(frame))
                    .isEqualTo("{\"type\":\"error\",\"id\":1,\"code\":-32603,\"message\":\"internal_error\"}");
            fixture.oddClock.broken(false);
            assertThat(client.ask("{\"type\":\"ping\"}")).startsWith("{\"type\":\"pong\"");
        }
        assertThat(client.ask("{\"channel\":\"guide\",\"payload\":1}")).startsWith("{\"type\":\"ack\"");
        client.close();
        assertThat(fixture.hub.status().subscriptions()).isZero();
    }

    @Test
    @DisplayName("M5: what a client says while its connection ends is passed over")
    void ignoresTheDead() {
        Client client = fixture.user();
        client.close();
        client.send("{\"type\":\"ping\"}");
        client.send("{\"type\":\"subscribe\",\"topics\":[\"guide\"]}");
        client.send("{\"type\":\"query\",\"q\":\"count 1 0\",\"ref\":\"r\"}");
        assertThat(client.rest()).isEmpty();
        assertThat(fixture.counters.get(Counter.TOPICS_CRASHED)).isZero();
        assertThat(fixture.hub.status().subscriptions()).isZero();
        assertThat(fixture.registry.count()).isZero();
    }

    @Test
    @DisplayName("M16: after too many malformed frames no more are answered, and the connection is closed")
    void closesAfterTooMuchNonsense() {
        Client client = fixture.user();
        for (int i = 0; i < 20; i++) {
            assertThat(client.ask("nonsense")).contains("Invalid message format");
        }
        client.send("nonsense");
        client.send("nonsense");
        assertThat(client.rest()).isEmpty();
        assertThat(client.transport.closes()).isEmpty();
        fixture.timers.advance(GatewayFixture.CLOSE_DELAY);
        assertThat(client.transport.closes()).containsExactly(CloseReason.POLICY);
    }

    @Test
    @DisplayName("M9: the filter is the connection's: it counts for queries too")
    void filtersThoughts() {
        Client client = fixture.user();
        client.ask("{\"type\":\"subscribe\",\"events\":[\"result\"]}");
        client.send("{\"type\":\"query\",\"q\":\"count 3 0\",\"ref\":\"r\"}");
        assertThat(client.next()).startsWith("{\"type\":\"response\"");
        assertThat(client.next()).startsWith("{\"type\":\"result\"");
    }

    @Test
    @DisplayName("G2: channels may be patterns, and where messages without one go is configuration")
    void configuredChannels() {
        try (GatewayFixture other = new GatewayFixture(List.of("pillar:*", "guide"), "pillar:any")) {
            Client client = other.user();
            assertThat(client.ask("{\"channel\":\"pillar:new\",\"payload\":1}")).contains("\"channel\":\"pillar:new\"");
            assertThat(client.ask("{\"payload\":1}")).contains("\"channel\":\"pillar:any\"");
            assertThat(client.ask("{\"agent_type\":\"guide\",\"message\":1}")).contains("\"channel\":\"guide\"");
            assertThat(client.ask("{\"channel\":\"pillar:a:b\",\"payload\":1}")).contains("unknown channel");
            assertThat(client.ask("{\"channel\":\"pillar:*\",\"payload\":1}")).contains("unknown channel");
            assertThat(client.ask("{\"channel\":\"\",\"payload\":1}")).contains("unknown channel");
        }
    }

    @Test
    @DisplayName("G2: who may not subscribe to a channel may not say anything there either")
    void refusesChannels() {
        Client agent = fixture.client(new Identity("x", Set.of(), Set.of(Role.AGENT)));
        assertThat(agent.ask("{\"channel\":\"guide\",\"payload\":1}"))
                .isEqualTo(refused("forbidden", ",\"channel\":\"guide\""));
        assertThat(fixture.hub.status().subscriptions()).isZero();
    }

    @Test
    @DisplayName("G9: a full channel queue is told as the system's overload, and later it takes messages again")
    void refusesWhenOverloaded() {
        Client agent = fixture.publisher();
        assertThat(agent.ask("{\"type\":\"subscribe\",\"topics\":[\"pillar:content\"]}"))
                .startsWith("{\"type\":\"response\"");
        agent.transport.behave(Behaviour.LATER);
        String message = "{\"id\":1,\"channel\":\"pillar:content\",\"payload\":\"" + "x".repeat(1 << 10) + "\"}";
        Client user = fixture.user();
        String answer = user.ask(message);
        int accepted = 0;
        while (answer.startsWith("{\"type\":\"ack\"")) {
            accepted++;
            answer = user.ask(message);
        }
        assertThat(answer)
                .isEqualTo(
                        "{\"type\":\"error\",\"id\":1,\"code\":-32000,"
                                + "\"message\":\"Message rejected: system overloaded\",\"channel\":\"pillar:content\",\"retry_after_ms\":1000}");
        assertThat(accepted).isBetween(Topics.WINDOW, 2 * Topics.WINDOW);
        agent.transport.completeAll();
        assertThat(user.ask(message)).startsWith("{\"type\":\"ack\"");
        agent.transport.completeAll();
        assertThat(agent.transport.texts().stream()
                        .filter(text -> text.startsWith("{\"type\":\"event\""))
                        .count())
                .isEqualTo(accepted + 1L);
    }

    @Test
    @DisplayName("G9: who serves a channel and would rather lose messages says so, and is told how many")
    void servesWithGaps() {
        Client agent = fixture.publisher();
        agent.ask("{\"type\":\"subscribe\",\"topics\":[\"pillar:content\"],\"policy\":\"drop-oldest\"}");
        agent.transport.behave(Behaviour.LATER);
        Client user = fixture.user();
        String message = "{\"channel\":\"pillar:content\",\"payload\":\"" + "x".repeat(1 << 10) + "\"}";
        for (int i = 0; i < 3 * Topics.WINDOW; i++) {
            assertThat(user.ask(message)).startsWith("{\"type\":\"ack\"");
        }
        agent.transport.completeAll();
        assertThat(agent.rest()).anyMatch(text -> text.startsWith("{\"type\":\"gap\""));
    }

    @Test
    @DisplayName("G9: a channel whose engine has no place left takes no message, says so, and later takes some again")
    void refusesWhatTheEngineCannotTake() {
        Client user = fixture.user();
        for (int i = 0; i < GatewayFixture.PLACES; i++) {
            user.send("{\"id\":" + i + ",\"channel\":\"guide\",\"message\":\"block\"}");
        }
        List<String> acks = new ArrayList<>();
        int thoughts = 0;
        while (acks.size() < GatewayFixture.PLACES || thoughts < GatewayFixture.RUNNING) {
            String next = user.next();
            if (next.startsWith("{\"type\":\"ack\"")) {
                acks.add(next);
            } else {
                thoughts++;
            }
        }
        long published = fixture.counters.get(Counter.EVENTS_PUBLISHED);
        String one = "{\"id\":\"more\",\"channel\":\"guide\",\"message\":\"count 0 0\"}";
        assertThat(user.ask(one))
                .isEqualTo("{\"type\":\"error\",\"id\":\"more\",\"code\":-32000,\"message\":"
                        + "\"Message rejected: system overloaded\",\"channel\":\"guide\",\"retry_after_ms\":1000}");
        assertThat(fixture.counters.get(Counter.EVENTS_PUBLISHED)).isEqualTo(published);
        // What is no question needs no place.
        assertThat(user.ask("{\"channel\":\"guide\",\"payload\":1}")).startsWith("{\"type\":\"ack\"");

        String ref = acks.get(acks.size() - 1).replaceAll(".*\"ref\":\"([^\"]+)\".*", "$1");
        user.send("{\"type\":\"interrupt\",\"channel\":\"guide\",\"ref\":\"" + ref + "\"}");
        assertThat(user.next()).contains("\"stopped\":true");
        assertThat(user.next()).startsWith("{\"type\":\"interrupted\"");
        assertThat(user.next()).startsWith("{\"type\":\"result\"");
        assertThat(user.ask(one)).startsWith("{\"type\":\"ack\",\"id\":\"more\"");
    }

    @Test
    @DisplayName("G9: a message that a full channel refuses leaves no place taken in the engine's queue")
    void givesPlacesBack() {
        Client agent = fixture.publisher();
        agent.ask("{\"type\":\"subscribe\",\"topics\":[\"guide\"]}");
        agent.transport.behave(Behaviour.LATER);
        Client user = fixture.user();
        String filling = "{\"channel\":\"guide\",\"payload\":[\"" + "x".repeat(1 << 10) + "\"]}";
        while (user.ask(filling).startsWith("{\"type\":\"ack\"")) {
            // until it is full
        }
        String question = "{\"channel\":\"guide\",\"message\":\"count 0 0\"}";
        for (int i = 0; i < 2 * GatewayFixture.PLACES; i++) {
            assertThat(user.ask(question)).contains("Message rejected: system overloaded");
        }
        agent.transport.completeAll();
        user.send(question);
        assertThat(user.next()).startsWith("{\"type\":\"ack\"");
        assertThat(user.next()).contains("\"answer\":\"counted\"");
    }

    @Test
    @DisplayName("G2: where the engine answers, a key must be good for the agent of that name")
    void asksOnlyForWhomItMay() {
        Client limited = fixture.client(new Identity("x", Set.of("other"), Set.of(Role.USER)));
        assertThat(limited.ask("{\"channel\":\"guide\",\"message\":\"count 0 0\"}"))
                .isEqualTo(refused("forbidden", ",\"agent\":\"guide\""));
        assertThat(limited.ask("{\"channel\":\"pillar:content\",\"message\":\"count 0 0\"}"))
                .startsWith("{\"type\":\"ack\"");
    }

    @Test
    @DisplayName("G9: a channel takes no larger message than a topic does")
    void boundsMessages() {
        Client user = fixture.user();
        int most = Topics.CONFIG.messageBytes();
        String message = "{\"channel\":\"pillar:content\",\"payload\":\"%s\"}";
        assertThat(user.ask(message.formatted("x".repeat(most - 2)))).startsWith("{\"type\":\"ack\"");
        assertThat(user.ask(message.formatted("x".repeat(most - 1))))
                .isEqualTo("{\"type\":\"error\",\"code\":-32602,\"message\":\"invalid field\",\"detail\":"
                        + "\"payload must have at most " + most + " bytes\",\"channel\":\"pillar:content\"}");
    }

    @Test
    @DisplayName("B5: who serves a channel cannot flood a receiver out of its connection")
    void sendsNoMoreThanThereIsRoomFor() {
        Client agent = fixture.publisher();
        Client slow = fixture.user();
        slow.transport.behave(Behaviour.LATER);
        String send = "{\"type\":\"send\",\"connection_id\":\"" + slow.connection.id() + "\",\"payload\":\""
                + "x".repeat(10_000) + "\"}";
        String answer = agent.ask(send);
        for (int i = 0; i < 100 && answer.startsWith("{\"type\":\"response\""); i++) {
            answer = agent.ask(send);
        }
        assertThat(answer)
                .isEqualTo(refused(
                        "Message rejected: system overloaded",
                        ",\"connection_id\":\"" + slow.connection.id() + "\",\"retry_after_ms\":1000"));
        assertThat(slow.connection.isOpen()).isTrue();
        slow.transport.completeAll();
        assertThat(agent.ask(send)).startsWith("{\"type\":\"response\"");
    }

    @Test
    @DisplayName("G2: a message to a channel subscribes the sender once, and not past its bound")
    void subscribesTheSender() {
        Client user = fixture.user();
        for (String channel : GatewayFixture.CHANNELS) {
            for (int i = 0; i < 2; i++) {
                assertThat(user.ask("{\"channel\":\"" + channel + "\",\"payload\":1}"))
                        .startsWith("{\"type\":\"ack\"");
            }
        }
        assertThat(fixture.hub.status().subscriptions()).isEqualTo(Topics.CONFIG.subscriptionsPerConnection());
    }

    @Test
    @DisplayName("B16: with several topics the response comes before what was missed of any, however much that is")
    void answersFirst() {
        Client writer = fixture.publisher();
        String publish = "{\"type\":\"publish\",\"topic\":\"public:%s\",\"payload\":%d}";
        for (int i = 0; i < 40; i++) {
            writer.ask(publish.formatted("a", i));
            writer.ask(publish.formatted("b", i));
        }
        Client reader = fixture.user();
        reader.send("{\"type\":\"subscribe\",\"topics\":[\"public:a\",\"nothing\",\"public:b\"],"
                + "\"positions\":{\"public:a\":{\"offset\":0},\"public:b\":{\"offset\":10,\"epoch\":\"x\"}}}");
        assertThat(reader.next())
                .startsWith("{\"type\":\"response\",\"result\":{\"topics\":[{\"topic\":\"public:a\"")
                .endsWith("\"refused\":[{\"code\":-32000,\"message\":\"forbidden\",\"topic\":\"nothing\"}]}}");
        assertThat(reader.rest()).hasSize(40).allMatch(text -> text.contains("\"topic\":\"public:a\""));
    }
}
