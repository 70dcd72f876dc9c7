package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.routing.SessionFixture.Phoenix;
import io.synapse.routing.SessionFixture.Plain;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who comes late to a query, and who has it shown again, on both sockets. */
@Timeout(60)
class LateViewersTest {

    private static final String JOIN = "{\"presence\":false}";

    private final SessionFixture fixture = new SessionFixture();

    private Phoenix joined() {
        Phoenix client = fixture.phoenix();
        client.ask("phx_join", JOIN);
        return client;
    }

    @Test
    @DisplayName("B6 M14: who had a snapshot and lost its connection goes on by its position, with nothing twice")
    void backInASession() throws Exception {
        Phoenix asker = joined();
        asker.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        for (int i = 1; i <= 3; i++) {
            fixture.asked.think("long", "t" + i);
        }
        Phoenix first = fixture.phoenix();
        first.join("");
        first.say("resume", "{\"ref\":\"q1\",\"snapshot\":true}");
        assertThat(first.pushes()).containsExactly("phx_reply", "snapshot");
        fixture.asked.think("long", "t4");
        assertThat(first.pushes()).containsExactly("thought q1 4");
        first.lost();
        fixture.asked.think("long", "t5");
        Phoenix second = fixture.phoenix();
        second.join("");
        assertThat(second.pushes()).containsExactly("thought q1 5");
        fixture.asked.end("long");
        assertThat(second.pushes()).containsExactly("result q1");
    }

    @Test
    @DisplayName("B6: a late viewer on /ws of what was asked on the cortex socket; asking the same again does as well")
    void onTheOtherSocket() throws Exception {
        Phoenix asker = joined();
        asker.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        fixture.asked.think("long", "t1");
        Plain late = fixture.plain();
        late.received();
        late.ask("{\"type\":\"query\",\"agent\":\"a\",\"ref\":\"q1\",\"q\":\"long\",\"snapshot\":true}");
        JsonNode snapshot = late.received().get(0);
        assertThat(snapshot.toString())
                .isEqualTo("{\"type\":\"snapshot\",\"ref\":\"q1\",\"after_seq\":0,\"seq\":1,\"text\":\"\","
                        + "\"steps\":{\"step\":1}}");
        // Whoever follows already is not told again.
        asker.received();
        asker.say("query", "{\"q\":\"long\",\"ref\":\"q1\",\"snapshot\":true}");
        assertThat(asker.pushes()).containsExactly("phx_reply");
        fixture.asked.end("long");
        assertThat(late.events()).containsExactly("result q1");
    }

    @Test
    @DisplayName("B13: a replay is stopped by its name, and ends with its join")
    void replays() throws Exception {
        Phoenix client = joined();
        client.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        for (int i = 1; i <= 3; i++) {
            fixture.timers.advance(Duration.ofSeconds(1));
            fixture.asked.think("long", "t" + i);
        }
        assertThat(client.ask("replay", "{\"ref\":\"q1\"}").get("reason").asText())
                .isEqualTo("still_running");
        fixture.asked.end("long");
        String name = client.ask("replay", "{\"ref\":\"q1\"}").get("replay").asText();
        fixture.timers.advance(Duration.ofSeconds(2));
        assertThat(client.pushes()).containsExactly("thought q1 1", "thought q1 2");
        JsonNode stopped = client.ask("interrupt", "{\"ref\":\"" + name + "\"}");
        assertThat(stopped.toString())
                .isEqualTo("{\"ref\":\"" + name + "\",\"stopped\":true,\"stopped_after_ms\":0,\"last_seq\":2}");
        assertThat(client.pushes()).containsExactly("interrupted", "result q1");
        client.ask("replay", "{\"ref\":\"q1\"}");
        client.say("phx_leave", "{}");
        client.received();
        fixture.timers.advance(Duration.ofMinutes(1));
        assertThat(client.pushes()).isEmpty();
    }
}
