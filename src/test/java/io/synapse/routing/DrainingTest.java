package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.protocol.ServerMessage;
import io.synapse.routing.SessionFixture.Phoenix;
import io.synapse.routing.SessionFixture.Plain;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What clients are told by a node that takes nothing new. */
class DrainingTest {

    private final SessionFixture fixture = new SessionFixture();

    @Test
    @DisplayName(
            "B10: on the cortex socket new joins and queries are refused; a topic that is joined may be joined again")
    void refusesOnTheCortexSocket() throws Exception {
        Phoenix present = fixture.phoenix();
        present.join("");
        present.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        fixture.asked.think("long", "t1");
        fixture.service.refuse(true);

        assertThat(present.ask("query", "{\"q\":\"short\",\"ref\":\"q2\"}").toString())
                .isEqualTo("{\"reason\":\"stopping\",\"ref\":\"q2\",\"retry_after_ms\":1000}");
        assertThat(present.join("").path("agent_id").asText()).isEqualTo("a");
        JsonNode attached = present.ask("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        assertThat(attached.path("attached").asBoolean()).isTrue();
        assertThat(fixture.phoenix().join("").toString())
                .isEqualTo("{\"reason\":\"stopping\",\"topic\":\"cortex:a\",\"retry_after_ms\":1000}");

        fixture.service.refuse(false);
        assertThat(fixture.phoenix().join("").path("agent_id").asText()).isEqualTo("a");
    }

    @Test
    @DisplayName("B10: on /ws new queries are refused, and nothing else")
    void refusesOnTheGateway() {
        Plain present = fixture.plain();
        fixture.service.refuse(true);
        assertThat(present.ask("{\"id\":2,\"type\":\"query\",\"q\":\"short\",\"ref\":\"q2\"}")
                        .toString())
                .isEqualTo("{\"type\":\"error\",\"id\":2,\"code\":-32000,\"message\":\"stopping\",\"ref\":\"q2\","
                        + "\"retry_after_ms\":1000}");
        assertThat(present.ask("{\"id\":3,\"type\":\"subscribe\",\"topic\":\"public:x\"}")
                        .path("type")
                        .asText())
                .isEqualTo("response");
    }

    @Test
    @DisplayName("B10 K2: both sockets have a word for when to connect again")
    void tellsWhenToConnectAgain() {
        Phoenix phoenix = fixture.phoenix();
        phoenix.connection.send(new ServerMessage.Reconnect(4120));
        assertThat(phoenix.received())
                .singleElement()
                .hasToString(
                        "[null,null,\"phoenix\",\"reconnect\",{\"reason\":\"stopping\",\"reconnect_after_ms\":4120}]");
        Plain plain = fixture.plain();
        plain.received();
        plain.connection.send(new ServerMessage.Reconnect(4120));
        assertThat(plain.received())
                .singleElement()
                .hasToString("{\"type\":\"system\",\"event\":\"reconnect\",\"reason\":\"stopping\","
                        + "\"reconnect_after_ms\":4120}");
    }
}
