package io.synapse.routing;

import static io.synapse.routing.SessionFixture.identity;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.routing.SessionFixture.Phoenix;
import io.synapse.routing.SessionFixture.Plain;
import io.synapse.security.Role;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Conversations on both sockets, without a server. */
@Timeout(60)
class ConversationsTest {

    private final SessionFixture fixture = new SessionFixture();
    private final Phoenix ann = joined("ann");
    private final Phoenix bob = joined("bob");

    private Phoenix joined(String subject) {
        Phoenix client = fixture.new Phoenix(identity(subject, Role.USER));
        client.ask("phx_join", "{\"presence\":false}");
        return client;
    }

    private static JsonNode query(Phoenix client, String ref, String more) {
        return client.ask("query", "{\"q\":\"q-" + ref + "\",\"ref\":\"" + ref + "\"" + more + "}");
    }

    private static String of(String conversation) {
        return ",\"conversation_id\":\"" + conversation + "\"";
    }

    private static String reason(JsonNode response) {
        return response.path("reason").asText();
    }

    @Test
    @DisplayName("K2 B4: a conversation is read, listed and deleted on the cortex socket, and is the same on /ws")
    void isReadAndDeleted() {
        query(ann, "q1", of("c1"));
        fixture.asked.end("q-q1");
        query(ann, "q2", of("c1"));

        JsonNode read = ann.ask("conversation", "{\"conversation_id\":\"c1\"}");
        assertThat(read.path("running").asText()).isEqualTo("q2");
        assertThat(read.path("turns")).hasSize(1);
        assertThat(read.at("/turns/0").toString())
                .isEqualTo("{\"turn\":1,\"ref\":\"q1\",\"q\":\"q-q1\",\"answer\":\"done\",\"status\":\"success\","
                        + "\"in_context\":true,\"started_at\":0,\"ended_at\":0}");

        Plain plain = fixture.new Plain(identity("ann", Role.USER));
        plain.received();
        JsonNode same = plain.ask("{\"type\":\"conversation\",\"conversation_id\":\"c1\",\"agent\":\"a\"}");
        assertThat(same.path("result")).isEqualTo(read);
        JsonNode list = plain.ask("{\"type\":\"conversations\",\"agent\":\"a\"}");
        assertThat(list.at("/result/conversations/0/conversation_id").asText()).isEqualTo("c1");

        assertThat(ann.ask("conversation_delete", "{\"conversation_id\":\"c1\"}")
                        .toString())
                .isEqualTo("{\"conversation_id\":\"c1\"}");
        fixture.asked.end("q-q2");
        assertThat(reason(ann.ask("conversation", "{\"conversation_id\":\"c1\"}")))
                .isEqualTo("not_found");
        assertThat(fixture.conversations.status().turns()).isZero();
    }

    @Test
    @DisplayName("Nobody else reads, lists, deletes, follows, stops or repeats what is of a conversation")
    void isOfOneSubject() {
        query(ann, "q1", of("c1"));

        assertThat(reason(bob.ask("conversation", "{\"conversation_id\":\"c1\"}")))
                .isEqualTo("not_found");
        assertThat(reason(bob.ask("conversation_delete", "{\"conversation_id\":\"c1\"}")))
                .isEqualTo("not_found");
        assertThat(bob.ask("conversations", "{}").path("conversations")).isEmpty();
        assertThat(reason(bob.ask("resume", "{\"ref\":\"q1\"}"))).isEqualTo("not_found");
        assertThat(reason(bob.ask("interrupt", "{\"ref\":\"q1\"}"))).isEqualTo("not_found");
        assertThat(reason(bob.ask("replay", "{\"ref\":\"q1\"}"))).isEqualTo("not_found");
        assertThat(reason(bob.ask("resume", "{\"ref\":\"q1\",\"snapshot\":true}")))
                .isEqualTo("not_found");
        assertThat(reason(query(bob, "q1", of("c1")))).isEqualTo("ref_in_use");
        bob.say("phx_join", "{\"presence\":false,\"query_id\":\"q1\"}");
        assertThat(bob.pushes()).contains("error not_found").doesNotContain("thought q1 1");
        JsonNode restored = bob.ask(
                "phx_join",
                "{\"presence\":false,\"session\":\"" + SessionFixture.SESSION + "\",\"queries\":{\"q1\":0}}");
        assertThat(reason(restored.at("/queries/0"))).isEqualTo("not_found");

        assertThat(ann.ask("interrupt", "{\"ref\":\"q1\"}").path("last_seq").asInt())
                .isZero();
    }

    @Test
    @DisplayName("A query goes on and becomes a turn when its client has gone; the next one waits for it")
    void outlivesItsClient() {
        query(ann, "q1", of("c1"));
        ann.lost();
        Phoenix again = joined("ann");
        JsonNode busy = query(again, "q2", of("c1") + ",\"double_texting\":\"reject\"");
        assertThat(reason(busy)).isEqualTo("conversation_busy");
        assertThat(busy.path("running").asText()).isEqualTo("q1");
        assertThat(busy.path("retry_after_ms").asInt()).isBetween(100, 60_000);
        query(again, "q3", of("c1"));
        again.lost();
        fixture.asked.end("q-q1");
        fixture.asked.end("q-q3");
        JsonNode read = joined("ann").ask("conversation", "{\"conversation_id\":\"c1\"}");
        assertThat(read.path("turns"))
                .extracting(turn -> turn.path("ref").asText())
                .containsExactly("q1", "q3");
        assertThat(fixture.gate.active()).isZero();
    }

    @Test
    @DisplayName("M1: what is wrong with the fields of a conversation is told by their names")
    void refusesWhatIsWrong() {
        assertThat(query(ann, "q1", of("c1") + ",\"double_texting\":\"queue\"").toString())
                .contains("\"invalid field\"", "double_texting must be reject, enqueue, interrupt or rollback");
        assertThat(query(ann, "q1", ",\"double_texting\":\"reject\"").toString())
                .contains("double_texting needs a conversation_id");
        for (String id : new String[] {"\"\"", "\"a\\nb\"", "\"\\ud800\"", "7", "\"" + "x".repeat(129) + "\""}) {
            assertThat(query(ann, "q1", ",\"conversation_id\":" + id).toString())
                    .contains("\"invalid field\"", "conversation_id must");
        }
        assertThat(reason(ann.ask("conversation", "{}"))).isEqualTo("missing required fields: conversation_id");
        assertThat(reason(ann.ask("conversation", "{\"conversation_id\":\"c\",\"limit\":0}")))
                .isEqualTo("invalid field");
        assertThat(reason(ann.ask("conversations", "{\"after\":\"\"}"))).isEqualTo("invalid field");
        assertThat(query(ann, "q1", of("x".repeat(128))).path("status").asText())
                .isEqualTo("processing");
        fixture.asked.end("q-q1");
    }
}
