package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.Keys;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits where, read over REST, and what becomes of a channel whose queue is full. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class QueuesIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String USER = "synapse-user";
    private static final String PUBLISHER = "synapse-publisher";
    private static final String ADMIN = "synapse-admin";
    private static final int LARGE = 100_000;

    /** More than the buffers of any kernel hold, in messages of that size. */
    private static final int MANY = 1000;

    @ArquillianResource
    private URL url;

    private Server server;

    // The key of a role is its name. Nobody is cut off for reading slowly here, however slow the machine.
    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                "synapse.outbox.send-timeout",
                "PT5M",
                "synapse.gateway.engine-channels",
                "",
                "synapse.auth.api-keys",
                "user:" + Keys.sha256(USER) + ":*:" + USER + ",server:" + Keys.sha256(PUBLISHER) + ":*:" + PUBLISHER
                        + ",admin:" + Keys.sha256(ADMIN) + ":*:" + ADMIN));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private JsonNode get(String path) throws Exception {
        var answer = Server.get(server.http("/api/queues" + path), ADMIN);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        return JSON.readTree(answer.body());
    }

    private static JsonNode entry(JsonNode list, String field, String name) {
        for (JsonNode one : list) {
            if (one.path(field).asText().equals(name)) {
                return one;
            }
        }
        throw new AssertionError(name + " is not in " + list);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/topics", "/connections"})
    @DisplayName("G9: queues are shown to those who publish or run the server, and to nobody else")
    void showsToRoles(String path) throws Exception {
        var place = server.http("/api/queues" + path);
        assertThat(Server.get(place).statusCode()).isEqualTo(401);
        assertThat(Server.get(place, "wrong").statusCode()).isEqualTo(401);
        assertThat(Server.get(place, USER).statusCode()).isEqualTo(403);
        assertThat(Server.get(place, PUBLISHER).statusCode()).isEqualTo(200);
        assertThat(Server.get(place, ADMIN).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=1001", "limit=x", "limit=-1", "limit="})
    @DisplayName("G9: a page has its bounds, and what is past them is refused with a reason")
    void boundsPages(String parameters) throws Exception {
        for (String list : List.of("topics", "connections")) {
            var answer = Server.get(server.http("/api/queues/" + list + "?" + parameters), ADMIN);
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(JSON.readTree(answer.body()).path("title").asText()).contains("limit must be within 1 and 1000");
        }
    }

    @Test
    @DisplayName("G9 M18: queues are paged by name, whatever the names hold")
    void pages() throws Exception {
        List<String> names = List.of("page:\"<script>", "page:a", "page:b", "page:ü€😀");
        try (Wire writer = Wire.open(server.webSocket("/ws?token=" + PUBLISHER))) {
            for (String name : names) {
                writer.send(JSON.writeValueAsString(Map.of("type", "publish", "topic", name, "payload", 1)));
                writer.next(frame -> frame.path("type").asText().equals("response"));
            }
            List<String> read = new ArrayList<>();
            JsonNode page = get("/topics?limit=2&after=page");
            while (page.path("topics").size() > 0) {
                page.path("topics").forEach(one -> read.add(one.path("topic").asText()));
                assertThat(page.path("topics").size()).isLessThanOrEqualTo(2);
                String after = page.path("next").asText("\uffff");
                page = get("/topics?limit=2&after=" + java.net.URLEncoder.encode(after, StandardCharsets.UTF_8));
            }
            assertThat(read).containsSubsequence(names).doesNotHaveDuplicates();
        }
    }

    @Test
    @DisplayName("G9: a full channel refuses, shows what waits where, loses nothing it has taken, and goes on")
    void refusesAndLosesNothing() throws Exception {
        try (RawClient serving = RawClient.connect(server.port(), "/ws?token=" + PUBLISHER);
                Wire user = Wire.open(server.webSocket("/ws?token=" + USER))) {
            String connection =
                    JSON.readTree(serving.read()).path("connection_id").asText();
            serving.sendText("{\"type\":\"subscribe\",\"topics\":[\"pillar:content\"]}");
            assertThat(JSON.readTree(serving.read()).path("type").asText()).isEqualTo("response");
            assertThat(user.next().path("type").asText()).isEqualTo("system");

            // The one who serves reads nothing now.
            int taken = 0;
            JsonNode answer = say(user, taken);
            while (answer.path("type").asText().equals("ack") && taken < MANY) {
                answer = say(user, ++taken);
            }
            assertThat(answer.path("type").asText()).isEqualTo("error");
            assertThat(answer.path("code").asInt()).isEqualTo(-32000);
            assertThat(answer.path("message").asText()).isEqualTo("Message rejected: system overloaded");
            assertThat(answer.path("channel").asText()).isEqualTo("pillar:content");
            assertThat(answer.path("retry_after_ms").asInt()).isPositive();

            JsonNode topic = entry(get("/topics?limit=1000").path("topics"), "topic", "pillar:content");
            assertThat(topic.path("full").asBoolean()).isTrue();
            assertThat(topic.path("subscribers").asInt()).isEqualTo(2);
            assertThat(topic.path("max_lag").asInt()).isPositive();
            assertThat(topic.path("messages").asInt())
                    .isGreaterThanOrEqualTo(topic.path("max_lag").asInt());
            JsonNode waiting = entry(get("/connections").path("connections"), "connection_id", connection);
            assertThat(waiting.path("messages").asInt()).isPositive();
            assertThat(waiting.path("bytes").asLong()).isGreaterThan(LARGE);
            assertThat(waiting.path("remote_address").asText()).contains("127.0.0.1");
            assertThat(waiting.path("connected_at").asLong()).isPositive();
            JsonNode all = get("");
            assertThat(all.at("/connections/count").asInt()).isEqualTo(2);
            assertThat(all.at("/connections/bytes").asLong()).isGreaterThan(LARGE);
            assertThat(all.at("/topics/max_messages_each").asInt()).isEqualTo(1000);
            assertThat(all.at("/queries/waiting").asInt()).isZero();
            assertThat(all.path("agents").toString())
                    .isEqualTo("{\"workers\":0,\"capacity\":0,\"running\":0,\"waiting\":0}");

            for (int i = 0; i < taken; i++) {
                JsonNode event = JSON.readTree(serving.read());
                assertThat(event.path("type").asText()).isEqualTo("event");
                assertThat(event.at("/payload/message/number").asInt()).isEqualTo(i);
            }
            assertThat(say(user, taken).path("type").asText()).isEqualTo("ack");
            assertThat(JSON.readTree(serving.read())
                            .at("/payload/message/number")
                            .asInt())
                    .isEqualTo(taken);
            topic = entry(get("/topics?limit=1000").path("topics"), "topic", "pillar:content");
            assertThat(topic.path("full").asBoolean()).isFalse();
        }
    }

    private static JsonNode say(Wire user, int number) throws Exception {
        user.send("{\"channel\":\"pillar:content\",\"payload\":{\"number\":%d,\"filling\":\"%s\"}}"
                .formatted(number, "x".repeat(LARGE)));
        return user.next();
    }
}
