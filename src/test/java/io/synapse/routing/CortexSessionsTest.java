package io.synapse.routing;

import static io.synapse.routing.SessionFixture.SESSION;
import static io.synapse.routing.SessionFixture.identity;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.protocol.CloseReason;
import io.synapse.routing.SessionFixture.Phoenix;
import io.synapse.security.Role;
import io.synapse.session.SessionStore;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client on the cortex socket finds again when it comes back. */
@Timeout(60)
class CortexSessionsTest {

    private final SessionFixture fixture = new SessionFixture();

    private static String epoch(JsonNode subscribed) {
        return subscribed.get("epoch").asText();
    }

    private static String seen(String topic, String epoch, int offset) {
        return ",\"positions\":{\"" + topic + "\":{\"epoch\":\"" + epoch + "\",\"offset\":" + offset + "}}";
    }

    @Test
    @DisplayName(
            "M14: back with its positions, a client has its subscriptions and queries, nothing missing, nothing twice")
    void goesOnFromItsPositions() throws Exception {
        Phoenix first = fixture.phoenix();
        JsonNode joined = first.join("");
        assertThat(joined.get("session").toString()).isEqualTo("{\"resumed\":false,\"keep_ms\":30000}");
        assertThat(joined.get("agent_id").asText()).isEqualTo("a");
        String epoch = epoch(first.ask("subscribe", "{\"topic\":\"public:x\",\"events\":[\"item\"]}"));
        first.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        first.say("query", "{\"q\":\"short\",\"ref\":\"q2\"}");
        for (int i = 1; i <= 5; i++) {
            fixture.asked.think("long", "t" + i);
        }
        fixture.asked.think("short", "t");
        fixture.asked.end("short");
        fixture.publish("public:x", 1, 5);
        first.lost();
        fixture.publish("public:x", 6, 8);
        fixture.asked.think("long", "t6");

        // It has 3 messages, 2 thoughts of q1, and of q2 nothing at all: the rest was on its way.
        Phoenix second = fixture.phoenix();
        JsonNode back = second.join(seen("public:x", epoch, 3) + ",\"queries\":{\"q1\":2,\"q2\":0}");
        assertThat(back.at("/session/resumed").asBoolean()).isTrue();
        assertThat(back.get("topics").toString())
                .isEqualTo("[{\"topic\":\"public:x\",\"offset\":3,\"epoch\":\"" + epoch + "\",\"recovered\":true}]");
        assertThat(back.get("queries"))
                .hasSize(2)
                .allMatch(query -> query.get("recovered").asBoolean());
        assertThat(second.pushes())
                .containsExactlyInAnyOrder(
                        "public:x 4",
                        "public:x 5",
                        "public:x 6",
                        "public:x 7",
                        "public:x 8",
                        "thought q1 3",
                        "thought q1 4",
                        "thought q1 5",
                        "thought q1 6",
                        "thought q2 1",
                        "result q2");
        fixture.publish("public:x", 9, 9);
        fixture.asked.end("long");
        assertThat(second.pushes()).containsExactly("public:x 9", "result q1");
    }

    @Test
    @DisplayName("M14: without positions it goes on behind what was sent, and is told that something may be missing")
    void goesOnBehindWhatWasSent() throws Exception {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.ask("subscribe", "{\"topic\":\"public:x\"}");
        first.ask("subscribe", "{\"topic\":\"public:*\"}");
        first.ask("subscribe", "{\"events\":[\"item\",\"thought\"]}");
        first.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        fixture.asked.think("long", "t1");
        fixture.publish("public:x", 1, 2);
        first.lost();
        fixture.publish("public:x", 3, 3);
        fixture.asked.think("long", "t2");

        Phoenix second = fixture.phoenix();
        JsonNode back = second.join("");
        assertThat(back.at("/session/resumed").asBoolean()).isTrue();
        assertThat(back.get("topics"))
                .hasSize(2)
                .noneMatch(topic -> topic.get("recovered").asBoolean());
        assertThat(back.get("queries").toString()).isEqualTo("[{\"ref\":\"q1\",\"after_seq\":1,\"recovered\":false}]");
        assertThat(second.pushes()).containsExactlyInAnyOrder("public:x 3", "public:x 3", "thought q1 2");
        assertThat(second.session.channel("cortex:a").filter().wanted()).containsOnly("item", "thought");
    }

    @Test
    @DisplayName("K4: what a client has not acknowledged comes again, from behind the last that it has")
    void sendsAgainWhatWasNotAcknowledged() {
        Phoenix first = fixture.phoenix();
        first.join("");
        String epoch = epoch(first.ask("subscribe", "{\"topic\":\"public:x\",\"acknowledged\":true}"));
        fixture.publish("public:x", 1, 5);
        assertThat(first.ask("ack", "{\"message_id\":\"" + epoch + "-3\"}").toString())
                .isEqualTo("{}");
        assertThat(first.ask("ack", "{\"message_id\":\"" + epoch + "-2\"}").toString())
                .isEqualTo("{}");
        first.lost();
        fixture.publish("public:x", 6, 6);

        Phoenix second = fixture.phoenix();
        assertThat(second.join("").get("topics").toString())
                .isEqualTo("[{\"topic\":\"public:x\",\"offset\":3,\"epoch\":\"" + epoch + "\",\"recovered\":true}]");
        assertThat(second.pushes()).containsExactly("public:x 4", "public:x 5", "public:x 6");
        // Replacing the subscription keeps what was acknowledged; joining again on the same connection, too.
        second.ask("subscribe", "{\"topic\":\"public:x\",\"acknowledged\":true,\"events\":[\"item\"]}");
        second.join("");
        second.lost();
        Phoenix third = fixture.phoenix();
        third.join("");
        assertThat(third.pushes()).containsExactly("public:x 4", "public:x 5", "public:x 6");
        third.ask("ack", "{\"message_id\":\"" + epoch + "-6\"}");
        third.lost();
        Phoenix fourth = fixture.phoenix();
        assertThat(fourth.join("").at("/topics/0/recovered").asBoolean()).isTrue();
        assertThat(fourth.pushes()).isEmpty();
    }

    @Test
    @DisplayName("K4: an acknowledgement of what was never sent is refused, and so is one for a pattern's subscription")
    void refusesBadAcknowledgements() {
        Phoenix client = fixture.phoenix();
        client.join("");
        String epoch = epoch(client.ask("subscribe", "{\"topic\":\"public:x\",\"acknowledged\":true}"));
        assertThat(client.ask("ack", "{\"message_id\":\"" + epoch + "-1\"}")
                        .get("reason")
                        .asText())
                .isEqualTo("invalid field");
        assertThat(client.ask("ack", "{\"message_id\":\"other-1\"}")
                        .get("reason")
                        .asText())
                .isEqualTo("not_found");
        assertThat(client.ask("ack", "{\"message_id\":\"other\"}").get("detail").asText())
                .startsWith("message_id must be");
        assertThat(client.ask("ack", "{}").get("reason").asText()).isEqualTo("missing required fields: message_id");
        assertThat(client.ask("subscribe", "{\"topic\":\"public:*\",\"acknowledged\":true}")
                        .get("detail")
                        .asText())
                .startsWith("acknowledged needs one topic");
    }

    @Test
    @DisplayName("M14 B16: what has gone meanwhile is not recovered, and what is left of it follows")
    void saysWhatIsGone() {
        for (String policy : new String[] {"drop-oldest", "disconnect"}) {
            SessionFixture each = new SessionFixture();
            Phoenix first = each.phoenix();
            first.join("");
            String epoch = epoch(first.ask("subscribe", "{\"topic\":\"public:x\",\"policy\":\"" + policy + "\"}"));
            each.publish("public:x", 1, 2);
            first.lost();
            each.publish("public:x", 3, 3 + Topics.WINDOW);
            Phoenix second = each.phoenix();
            JsonNode topic = second.join(seen("public:x", epoch, 2)).at("/topics/0");
            assertThat(topic.get("recovered").asBoolean()).isFalse();
            assertThat(topic.get("offset").asInt()).isEqualTo(3);
            assertThat(second.pushes()).hasSize(Topics.WINDOW).startsWith("public:x 4");
            assertThat(second.transport.aborts()).isEmpty();
        }
    }

    @Test
    @DisplayName("M14: a position of another life of the topic is not recovered")
    void knowsTheEpoch() {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.ask("subscribe", "{\"topic\":\"public:x\"}");
        fixture.publish("public:x", 1, 2);
        first.lost();
        Phoenix second = fixture.phoenix();
        JsonNode topic = second.join(seen("public:x", "other", 1)).at("/topics/0");
        assertThat(topic.get("recovered").asBoolean()).isFalse();
        assertThat(topic.get("offset").asInt()).isEqualTo(2);
        assertThat(second.pushes()).isEmpty();
    }

    @Test
    @DisplayName("M14: a topic on which nothing was ever said stays as it is while its only subscriber is away")
    void keepsTheEpoch() {
        Phoenix first = fixture.phoenix();
        first.join("");
        String epoch = epoch(first.ask("subscribe", "{\"topic\":\"public:quiet\"}"));
        first.lost();
        assertThat(fixture.hub.status().subscriptions()).isZero();
        Phoenix second = fixture.phoenix();
        assertThat(second.join(seen("public:quiet", epoch, 0))
                        .at("/topics/0/recovered")
                        .asBoolean())
                .isTrue();
    }

    @Test
    @DisplayName(
            "M14: a pattern goes on behind what was sent, though nobody else subscribes to it; nothing says it is exact")
    void keepsPatterns() {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.ask("subscribe", "{\"topic\":\"public:*\"}");
        fixture.publish("public:x", 1, 1);
        first.lost();
        fixture.publish("public:y", 2, 3);
        assertThat(fixture.hub.status().patterns()).isEqualTo(1);
        Phoenix second = fixture.phoenix();
        assertThat(second.join("").get("topics").toString())
                .isEqualTo("[{\"topic\":\"public:*\",\"recovered\":false}]");
        assertThat(second.pushes()).containsExactly("public:y 2", "public:y 3");
        second.lost();
        fixture.timers.advance(Sessions.KEEP);
        assertThat(fixture.hub.status().patterns()).isZero();
    }

    @Test
    @DisplayName(
            "M14: another subject, another agent's topic or a wrong name finds nothing; after the time nobody does")
    void isBound() {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.ask("subscribe", "{\"topic\":\"public:x\"}");
        first.lost();
        Phoenix bob = fixture.new Phoenix(identity("bob", Role.USER));
        JsonNode bobs = bob.join("");
        assertThat(bobs.at("/session/resumed").asBoolean()).isFalse();
        assertThat(bobs.get("topics")).isEmpty();
        assertThat(fixture.phoenix()
                        .ask("phx_join", "{\"presence\":false,\"session\":\"fedcba9876543210\"}")
                        .at("/session/resumed")
                        .asBoolean())
                .isFalse();
        fixture.timers.advance(Sessions.KEEP);
        assertThat(fixture.phoenix().join("").at("/session/resumed").asBoolean())
                .isFalse();
    }

    @Test
    @DisplayName("M14: what the client may not have any more does not come back")
    void checksRolesAgain() {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.ask("subscribe", "{\"topic\":\"secret:x\"}");
        first.lost();
        Phoenix second = fixture.new Phoenix(identity("ann", Role.USER));
        assertThat(second.join("").get("topics").toString())
                .isEqualTo("[{\"topic\":\"secret:x\",\"recovered\":false,\"reason\":\"forbidden\"}]");
        fixture.publish("secret:x", 1, 1);
        assertThat(second.pushes()).isEmpty();
    }

    @Test
    @DisplayName("M14 K6: a client that is back before its old connection is known to be gone takes everything over")
    void takesOver() throws Exception {
        Phoenix first = fixture.phoenix();
        first.join("");
        String epoch = epoch(first.ask("subscribe", "{\"topic\":\"public:x\"}"));
        first.say("query", "{\"q\":\"long\",\"ref\":\"q1\",\"on_disconnect\":\"cancel\"}");
        fixture.asked.think("long", "t1");
        fixture.publish("public:x", 1, 2);
        first.received();

        Phoenix second = fixture.phoenix();
        JsonNode back = second.join(seen("public:x", epoch, 1) + ",\"queries\":{\"q1\":1}");
        assertThat(back.at("/session/resumed").asBoolean()).isTrue();
        assertThat(first.pushes()).containsExactly("phx_close");
        fixture.publish("public:x", 3, 3);
        fixture.asked.think("long", "t2");
        assertThat(first.pushes()).isEmpty();
        assertThat(second.pushes()).containsExactly("public:x 2", "public:x 3", "thought q1 2");
        assertThat(first.session.joined()).isZero();
        assertThat(fixture.registry.ofAgent("a")).containsExactly(second.connection);
        assertThat(first.ask("query", "{\"q\":\"x\",\"ref\":\"x\"}")
                        .get("reason")
                        .asText())
                .isEqualTo("unmatched topic");
        // The end of the old connection changes nothing.
        first.lost();
        fixture.publish("public:x", 4, 4);
        assertThat(second.pushes()).containsExactly("public:x 4");
        assertThat(fixture.sessions.status()).isEqualTo(new SessionStore.Status(1, 0, 0));
        second.lost();
        assertThat(fixture.sessions.status().kept()).isEqualTo(1);
    }

    @Test
    @DisplayName("M14: joining again on the same connection goes on exactly, whatever positions the client names")
    void joinsAgainOnTheSameConnection() throws Exception {
        Phoenix client = fixture.phoenix();
        client.join("");
        String epoch = epoch(client.ask("subscribe", "{\"topic\":\"public:x\"}"));
        client.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        fixture.asked.think("long", "t1");
        fixture.publish("public:x", 1, 3);
        JsonNode again = client.join(seen("public:x", epoch, 1) + ",\"queries\":{\"q1\":0}");
        assertThat(again.at("/session/resumed").asBoolean()).isTrue();
        assertThat(again.at("/topics/0/offset").asInt()).isEqualTo(3);
        assertThat(again.at("/topics/0/recovered").asBoolean()).isTrue();
        fixture.publish("public:x", 4, 4);
        fixture.asked.think("long", "t2");
        assertThat(client.pushes()).containsExactly("phx_close", "public:x 4", "thought q1 2");
        assertThat(fixture.sessions.status()).isEqualTo(new SessionStore.Status(1, 0, 0));
    }

    @Test
    @DisplayName("M14: a topic that failed is joined again with everything, and if the connection is lost before, too")
    void survivesACrash() {
        for (boolean lost : new boolean[] {false, true}) {
            SessionFixture each = new SessionFixture();
            Phoenix client = each.phoenix();
            client.join("");
            String epoch = epoch(client.ask("subscribe", "{\"topic\":\"public:x\",\"acknowledged\":true}"));
            each.publish("public:x", 1, 2);
            client.ask("ack", "{\"message_id\":\"" + epoch + "-1\"}");
            each.clock.broken(true);
            client.ask("ping", "{}");
            each.clock.broken(false);
            assertThat(client.session.joined()).isZero();
            each.publish("public:x", 3, 3);
            if (lost) {
                client.lost();
                client = each.phoenix();
            }
            JsonNode back = client.join("");
            assertThat(back.at("/session/resumed").asBoolean()).isTrue();
            assertThat(back.at("/topics/0/offset").asInt()).isEqualTo(lost ? 1 : 2);
            assertThat(back.at("/topics/0/recovered").asBoolean()).isTrue();
            assertThat(client.pushes()).endsWith("public:x 3").hasSize(lost ? 2 : 1);
            client.lost();
            each.timers.advance(Sessions.KEEP);
            assertThat(each.sessions.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        }
    }

    @Test
    @DisplayName("M14: who leaves after a crash wants nothing back")
    void leavesAfterACrash() {
        Phoenix client = fixture.phoenix();
        client.join("");
        fixture.clock.broken(true);
        client.ask("ping", "{}");
        fixture.clock.broken(false);
        assertThat(fixture.sessions.status().held()).isEqualTo(1);
        client.ask("phx_leave", "{}");
        assertThat(fixture.sessions.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
    }

    @Test
    @DisplayName("M14: who leaves, or joins again without a session, wants nothing back")
    void forgetsWhatWasLeft() {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.ask("subscribe", "{\"topic\":\"public:x\"}");
        first.ask("phx_leave", "{}");
        assertThat(fixture.sessions.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        first.join("");
        first.ask("phx_join", "{\"presence\":false}");
        assertThat(fixture.sessions.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        first.lost();
        assertThat(fixture.phoenix().join("").at("/session/resumed").asBoolean())
                .isFalse();
    }

    @Test
    @DisplayName("M14: a query that is known no more is named as lost")
    void namesLostQueries() {
        JsonNode joined = fixture.phoenix().join(",\"queries\":{\"never\":3}");
        assertThat(joined.get("queries").toString())
                .isEqualTo("[{\"ref\":\"never\",\"recovered\":false,\"reason\":\"not_found\"}]");
    }

    @Test
    @DisplayName("M14: query_id counts for one query as an entry of queries does")
    void queryIdIsOneOfThem() throws Exception {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        fixture.asked.think("long", "t1");
        fixture.asked.think("long", "t2");
        first.lost();
        Phoenix second = fixture.phoenix();
        second.join(",\"query_id\":\"q1\",\"after_seq\":1");
        assertThat(second.pushes()).containsExactly("thought q1 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"session\":\"short\"",
                "\"session\":\"0123456789abcde/\"",
                "\"session\":7",
                "\"session\":\"" + SESSION + "\",\"positions\":[]",
                "\"session\":\"" + SESSION + "\",\"positions\":{\"a\":{\"offset\":1}}",
                "\"session\":\"" + SESSION + "\",\"queries\":{\"a\":-1}",
                "\"session\":\"" + SESSION + "\",\"queries\":{\"a\":\"1\"}",
                "\"session\":\"" + SESSION + "\",\"queries\":{\"a\":{\"seq\":1}}"
            })
    @DisplayName("M14: a join that says something wrong of its session is refused")
    void refusesWrongFields(String fields) {
        assertThat(fixture.phoenix()
                        .ask("phx_join", "{" + fields + "}")
                        .get("reason")
                        .asText())
                .isEqualTo("invalid field");
    }

    @Test
    @DisplayName("M14 G9: past the bound on sessions a join goes on without one, and says so")
    void worksWithoutRoom() {
        for (int i = 0; i < Sessions.CONFIG.max(); i++) {
            fixture.phoenix().ask("phx_join", "{\"presence\":false,\"session\":\"%016d\"}".formatted(i));
        }
        Phoenix client = fixture.phoenix();
        assertThat(client.join("").get("session").toString()).isEqualTo("{\"resumed\":false,\"keep_ms\":0}");
        client.ask("subscribe", "{\"topic\":\"public:x\"}");
        fixture.publish("public:x", 1, 1);
        assertThat(client.pushes()).containsExactly("public:x 1");
    }

    @Test
    @DisplayName("M14: a connection that the server closes is no other: the client comes back to everything")
    void survivesACut() {
        Phoenix first = fixture.phoenix();
        first.join("");
        first.ask("subscribe", "{\"topic\":\"public:x\"}");
        first.connection.abort(CloseReason.SLOW_CONSUMER);
        fixture.timers.advance(Duration.ofSeconds(29));
        assertThat(fixture.phoenix().join("").get("topics")).hasSize(1);
    }
}
