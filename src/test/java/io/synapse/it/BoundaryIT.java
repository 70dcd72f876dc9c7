package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.protocol.ClientMessage.Kind;
import io.synapse.protocol.Reasons;
import io.synapse.testing.Keys;
import java.net.URL;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nobody reaches what is another's: each message that there is, on both sockets, is said by somebody else about what one
 * client of a tenant has. A message that is new has to be added here, or this fails.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class BoundaryIT {

    private static final String ROLES = "synapse-user|synapse-publisher|synapse-agent|synapse-admin";
    private static final String SECRET = "TOPSECRET";
    private static final String EVIL = "EVILTEXT";
    private static final String SLOW = "How do I rotate an API key? " + SECRET;

    @ArquillianResource
    private URL url;

    private Server server;
    private Wire cortex;
    private Wire gateway;
    private String connection;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.mode",
                "production",
                "synapse.agents.remote",
                "served",
                "synapse.auth.api-keys",
                String.join(
                        ",",
                        key("acme", "*", ROLES, ":acme"),
                        key("evil", "*", ROLES, ":evil"),
                        key("nobody", "*", "synapse-user|synapse-publisher|synapse-admin", ""),
                        key("clerk", "other", "synapse-user", ":acme"))));
    }

    private static String key(String name, String agents, String roles, String tenant) throws Exception {
        return name + ":" + Keys.sha256(name + "-key") + ":" + agents + ":" + roles + tenant;
    }

    @BeforeEach
    void somebodyIsThere() throws Exception {
        server = Server.ready(url);
        cortex = Wire.open(server.webSocket("/cortex/websocket"));
        cortex.send(
                "{\"topic\":\"cortex:desk\",\"event\":\"phx_join\",\"ref\":\"1\",\"payload\":{\"api_key\":\"acme-key\","
                        + "\"presence_key\":\"%s-ann\",\"session\":\"a-session-nobody-knows\"}}".formatted(SECRET));
        assertThat(cortex.next("phx_reply").path("status").asText()).isEqualTo("ok");
        cortex.query("done", "What is 2+2? " + SECRET, ",\"conversation_id\":\"talk\"");
        cortex.untilResult("done");
        cortex.query("slow", SLOW, ",\"pace\":1,\"timeout\":600000");
        cortex.next("thought");
        gateway = Wire.open(server.webSocket("/ws?token=acme-key"));
        connection = gateway.next().path("connection_id").asText();
        ask(gateway, "{\"id\":1,\"type\":\"session\",\"session\":\"a-session-nobody-knows\"}");
        ask(gateway, "{\"id\":2,\"type\":\"subscribe\",\"topics\":[\"public:**\",\"guide\",\"agent:desk:x\"]}");
        ask(gateway, "{\"id\":3,\"type\":\"publish\",\"topic\":\"public:news\",\"payload\":\"%s\"}".formatted(SECRET));
        ask(gateway, "{\"id\":4,\"type\":\"publish\",\"topic\":\"agent:desk:x\",\"payload\":\"%s\"}".formatted(SECRET));
    }

    @AfterEach
    void close() {
        cortex.close();
        gateway.close();
    }

    private static JsonNode ask(Wire wire, String message) throws InterruptedException {
        String id = message.replaceAll(".*\"id\":(\\d+).*", "$1");
        wire.send(message);
        return wire.next(answer -> answer.path("id").asText().equals(id)
                && !answer.path("type").asText().equals("event"));
    }

    /** What can be said on the cortex socket about another's things. */
    private static Map<Kind, String> onCortex() {
        Map<Kind, String> all = new EnumMap<>(Kind.class);
        all.put(Kind.QUERY, "query {\"q\":\"What is 1+1?\",\"ref\":\"done\",\"conversation_id\":\"talk\"}");
        all.put(Kind.INTERRUPT, "interrupt {\"ref\":\"slow\"}");
        all.put(Kind.RESUME, "resume {\"ref\":\"slow\",\"snapshot\":true}");
        all.put(Kind.REPLAY, "replay {\"ref\":\"done\",\"speed\":0}");
        all.put(Kind.TOOL, "tool {\"name\":\"search\",\"ref\":\"slow\",\"args\":{\"query\":\"x\"}}");
        all.put(Kind.TOOLS, "tools {}");
        all.put(Kind.CONVERSATION, "conversation {\"conversation_id\":\"talk\"}");
        all.put(Kind.CONVERSATIONS, "conversations {}");
        all.put(Kind.CONVERSATION_DELETE, "conversation_delete {\"conversation_id\":\"talk\"}");
        all.put(Kind.WORK, "register {\"capacity\":5}");
        all.put(Kind.BUDGET, "budget {}");
        all.put(Kind.RENEW, "access_token {\"access_token\":\"acme-key\"}");
        all.put(Kind.SUBSCRIBE, "subscribe {\"topic\":\"public:news\",\"offset\":0}");
        all.put(Kind.FILTER, "subscribe {\"events\":[]}");
        all.put(Kind.UNSUBSCRIBE, "unsubscribe {\"topic\":\"public:**\"}");
        all.put(Kind.PUBLISH, "publish {\"topic\":\"public:news\",\"event\":\"x\",\"payload\":\"" + EVIL + "\"}");
        all.put(Kind.HISTORY, "history {\"topic\":\"public:news\"}");
        all.put(Kind.ACKNOWLEDGE, "ack {\"message_id\":\"x-1\"}");
        all.put(Kind.PING, "ping {}");
        all.put(Kind.PRESENCE, "presence {\"agent\":\"desk\"}");
        all.put(Kind.PRESENCE_UPDATE, "presence_update {\"status\":\"" + EVIL + "\"}");
        all.put(Kind.HEARTBEAT, "heartbeat {}");
        return all;
    }

    private static Map<Kind, String> onGateway(String connection) {
        Map<Kind, String> all = new EnumMap<>(Kind.class);
        onCortex().forEach((kind, said) -> {
            String type = said.substring(0, said.indexOf(' '));
            String rest = said.substring(said.indexOf('{') + 1);
            String fields = rest.equals("}") ? "}" : "," + rest;
            all.put(kind, "{\"type\":\"" + type + "\",\"agent\":\"desk\"" + fields);
        });
        for (Kind none : List.of(Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.PRESENCE, Kind.PRESENCE_UPDATE)) {
            all.remove(none);
        }
        all.put(Kind.HEARTBEAT, "{\"type\":\"pong\"}");
        all.put(Kind.RENEW, "{\"type\":\"access_token\",\"token\":\"acme-key\"}");
        all.put(Kind.PUBLISH, "{\"type\":\"publish\",\"topic\":\"public:news\",\"payload\":\"" + EVIL + "\"}");
        all.put(
                Kind.SUBSCRIBE_ALL,
                "{\"type\":\"subscribe\",\"topics\":[\"public:**\",\"guide\",\"agent:desk:x\"],"
                        + "\"positions\":{\"public:news\":{\"offset\":0},\"agent:desk:x\":{\"offset\":0}}}");
        all.put(Kind.UNSUBSCRIBE_ALL, "{\"type\":\"unsubscribe\",\"topics\":[\"public:**\"]}");
        all.put(Kind.CHANNEL_MESSAGE, "{\"type\":\"message\",\"channel\":\"guide\",\"payload\":\"" + EVIL + "\"}");
        all.put(
                Kind.SEND,
                "{\"type\":\"send\",\"connection_id\":\"" + connection + "\",\"channel\":\"guide\",\"payload\":\""
                        + EVIL + "\"}");
        all.put(Kind.SESSION, "{\"type\":\"session\",\"session\":\"a-session-nobody-knows\"}");
        return all;
    }

    private static final Set<Kind> ONLY_CORTEX =
            EnumSet.of(Kind.JOIN, Kind.LEAVE, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.PRESENCE, Kind.PRESENCE_UPDATE);
    private static final Set<Kind> ONLY_GATEWAY =
            EnumSet.of(Kind.SUBSCRIBE_ALL, Kind.UNSUBSCRIBE_ALL, Kind.CHANNEL_MESSAGE, Kind.SEND, Kind.SESSION);

    @Test
    @DisplayName("G4: every message that there is, is tried")
    void leavesNothingOut() {
        Set<Kind> cortexTried = EnumSet.copyOf(onCortex().keySet());
        cortexTried.addAll(List.of(Kind.JOIN, Kind.LEAVE));
        cortexTried.addAll(ONLY_GATEWAY);
        assertThat(cortexTried).containsExactlyInAnyOrder(Kind.values());
        Set<Kind> gatewayTried = EnumSet.copyOf(onGateway("c").keySet());
        gatewayTried.addAll(ONLY_CORTEX);
        assertThat(gatewayTried).containsExactlyInAnyOrder(Kind.values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil-key", "nobody-key"})
    @DisplayName(
            "M6 G4 K5: on the cortex socket nothing of a tenant is read, stopped, resumed, listed or inferred by another")
    void keepsApartOnCortex(String key) throws Exception {
        List<JsonNode> heard = new ArrayList<>();
        try (Wire other = Wire.open(server.webSocket("/cortex/websocket"))) {
            other.send(
                    ("{\"topic\":\"cortex:desk\",\"event\":\"phx_join\",\"ref\":\"1\",\"payload\":{\"api_key\":\"%s\","
                                    + "\"session\":\"a-session-nobody-knows\",\"query_id\":\"slow\"}}")
                            .formatted(key));
            int ref = 100;
            for (String said : onCortex().values()) {
                int space = said.indexOf(' ');
                other.send("{\"topic\":\"cortex:desk\",\"event\":\"%s\",\"payload\":%s,\"ref\":\"%d\"}"
                        .formatted(said.substring(0, space), said.substring(space + 1), ref++));
            }
            other.query("mine", "What is 3+3?", "");
            heard.addAll(other.untilResult("mine"));
            heard.addAll(leave(other, ref));
        }
        assertThat(heard).noneMatch(frame -> frame.toString().contains(SECRET));
        assertThat(heard).noneMatch(frame -> frame.toString().contains(connection));
        assertThat(heard).noneMatch(frame -> frame.toString().contains(Reasons.UNMATCHED_TOPIC));
        assertUnharmed();
    }

    private static List<JsonNode> leave(Wire wire, int ref) throws InterruptedException {
        wire.send("{\"topic\":\"cortex:desk\",\"event\":\"phx_leave\",\"payload\":{},\"ref\":\"%d\"}".formatted(ref));
        List<JsonNode> all = new ArrayList<>();
        JsonNode frame;
        do {
            frame = wire.next();
            all.add(frame);
        } while (!frame.path("ref").asText().equals(String.valueOf(ref)));
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil-key", "nobody-key"})
    @DisplayName(
            "M6 G4 K5: on /ws nothing of a tenant is read, stopped, resumed, listed, sent to or inferred by another")
    void keepsApartOnGateway(String key) throws Exception {
        List<JsonNode> heard = new ArrayList<>();
        for (Map.Entry<Kind, String> said : onGateway(connection).entrySet()) {
            // Each on a connection of its own too: a session must come first.
            try (Wire other = Wire.open(server.webSocket("/ws?token=" + key))) {
                heard.add(other.next());
                other.send(said.getValue());
                other.send("{\"id\":99,\"type\":\"query\",\"agent\":\"desk\",\"ref\":\"%s\",\"q\":\"What is 3+3?\"}"
                        .formatted("mine-" + said.getKey()));
                JsonNode answer;
                do {
                    answer = other.next();
                    heard.add(answer);
                } while (!answer.path("type").asText().equals("result")
                        || !answer.path("ref").asText().startsWith("mine"));
            }
        }
        assertThat(heard).noneMatch(frame -> frame.toString().contains(SECRET));
        assertUnharmed();
    }

    @Test
    @DisplayName("M6: a client of the same tenant that is bound to another agent reaches nothing of this one")
    void keepsAgentsApart() throws Exception {
        try (Wire other = Wire.open(server.webSocket("/cortex/websocket"))) {
            assertThat(other.join("desk", "clerk-key").at("/response/reason").asText())
                    .isEqualTo("forbidden");
            assertThat(other.join("other", "clerk-key").path("status").asText()).isEqualTo("ok");
            other.interrupt("slow");
            assertThat(other.next("phx_reply").at("/response/reason").asText()).isEqualTo("not_found");
            other.send("{\"event\":\"presence\",\"payload\":{\"agent\":\"desk\"},\"ref\":\"p\"}");
            assertThat(other.next("phx_reply").at("/response/reason").asText()).isEqualTo("forbidden");
            other.send("{\"event\":\"history\",\"payload\":{\"topic\":\"agent:desk:x\"},\"ref\":\"h\"}");
            assertThat(other.next("phx_reply").at("/response/reason").asText()).isEqualTo("forbidden");
        }
        for (Map.Entry<Kind, String> said : onGateway(connection).entrySet()) {
            boolean ofAgent = said.getValue().contains("\"agent\":\"desk\"");
            boolean answered = ofAgent
                    && !EnumSet.of(Kind.TOOLS, Kind.BUDGET, Kind.PING, Kind.FILTER, Kind.HISTORY, Kind.ACKNOWLEDGE)
                            .contains(said.getKey());
            if (answered) {
                try (Wire other = Wire.open(server.webSocket("/ws?token=clerk-key"))) {
                    other.next();
                    other.send(said.getValue().replace("{\"type\"", "{\"id\":7,\"type\""));
                    JsonNode answer = other.next();
                    assertThat(answer.toString()).as(said.getKey().name()).contains("forbidden");
                }
            }
        }
        assertUnharmed();
    }

    @Test
    @DisplayName("M17 G4: a tenant's worker is given no query of another tenant")
    void keepsWorkersApart() throws Exception {
        try (Wire worker = Wire.open(server.webSocket("/ws?token=evil-key"))) {
            worker.next();
            JsonNode registered = ask(worker, "{\"id\":5,\"type\":\"register\",\"agent\":\"served\",\"capacity\":5}");
            assertThat(registered.path("type").asText()).isEqualTo("response");
            gateway.send(
                    "{\"id\":8,\"type\":\"query\",\"agent\":\"served\",\"ref\":\"w\",\"timeout\":2000,\"q\":\"%s\"}"
                            .formatted(SECRET));
            JsonNode result = gateway.next(frame -> frame.path("type").asText().equals("result"));
            assertThat(result.path("status").asText()).isIn("timeout", "error");
            JsonNode pong = ask(worker, "{\"id\":6,\"type\":\"ping\"}");
            assertThat(pong.path("type").asText()).isEqualTo("pong");
            assertThat(worker.waiting()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/queues", "/api/queues/topics", "/api/queues/connections", "/api/metrics", "/api/keys"})
    @DisplayName("G4: what tells of all tenants is for nobody of one of them, whatever its roles")
    void keepsRestApart(String path) throws Exception {
        HttpResponse<String> refused = Server.get(server.http(path), "evil-key");
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).doesNotContain(SECRET);
        assertThat(Server.get(server.http(path), "nobody-key").statusCode()).isEqualTo(200);
    }

    /** All that there was is there, and nothing of the other's. */
    private void assertUnharmed() throws Exception {
        cortex.send("{\"event\":\"conversation\",\"payload\":{\"conversation_id\":\"talk\"},\"ref\":\"c\"}");
        JsonNode talk = cortex.next(frame -> frame.path("ref").asText().equals("c"));
        assertThat(talk.at("/payload/response/turns")).hasSize(1);
        JsonNode history = ask(gateway, "{\"id\":20,\"type\":\"history\",\"topic\":\"public:news\"}")
                .path("result");
        assertThat(history.path("messages").findValuesAsText("payload"))
                .isNotEmpty()
                .containsOnly(SECRET);
        assertThat(gateway.waiting()).isZero();
        cortex.interrupt("slow");
        JsonNode stopped = cortex.next(frame -> {
            assertThat(frame.toString()).doesNotContain(EVIL);
            return frame.path("ref").asText().equals("i");
        });
        assertThat(stopped.at("/payload/response/stopped").asBoolean()).isTrue();
    }
}
