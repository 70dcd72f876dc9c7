package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.testing.Keys;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.junit.jupiter.params.provider.CsvSource;

/** The control API over REST, on the real server, with real connections. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ControlIT {

    private static final String SLOW = "How do I rotate an API key?";

    @ArquillianResource
    private URL url;

    private Rest rest;
    private Server server;
    private Wire ann;
    private String connection;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.mode",
                "production",
                "synapse.node.name",
                "node-1",
                "synapse.auth.api-keys",
                String.join(
                        ",",
                        key("ann", "synapse-user", ":acme"),
                        key("bob", "synapse-user", ":acme"),
                        key("publisher", "synapse-publisher", ":acme"),
                        key("admin", "synapse-user|synapse-publisher|synapse-admin", ":acme"),
                        key("evil", "synapse-user|synapse-publisher|synapse-admin", ":evil"),
                        key("root", "synapse-user|synapse-publisher|synapse-admin", ""))));
    }

    private static String key(String name, String roles, String tenant) throws Exception {
        return name + ":" + Keys.sha256(name + "-key") + ":*:" + roles + tenant;
    }

    @BeforeEach
    void somebodyIsThere() throws Exception {
        server = Server.ready(url);
        rest = new Rest(server);
        ann = Wire.open(server.webSocket("/ws?token=ann-key"));
        connection = ann.next().path("connection_id").asText();
    }

    private static JsonNode typed(Wire wire, String type) throws InterruptedException {
        return wire.next(frame -> frame.path("type").asText().equals(type));
    }

    @AfterEach
    void close() {
        ann.close();
    }

    private Rest.Answer post(String path, String key, String body) throws Exception {
        return rest.ask("POST", path, key, body.replace('\'', '"'));
    }

    private Rest.Answer get(String path, String key) throws Exception {
        return rest.ask("GET", path, key, null);
    }

    private void subscribe(Wire wire, String topic) throws Exception {
        wire.send("{\"id\":1,\"type\":\"subscribe\",\"topics\":[\"" + topic + "\"]}");
        assertThat(wire.next(answer -> answer.path("id").asInt() == 1)
                        .path("type")
                        .asText())
                .isEqualTo("response");
    }

    private static void assertIsThere(Wire wire) throws InterruptedException {
        wire.send("{\"type\":\"ping\"}");
        assertThat(wire.next().path("type").asText()).isEqualTo("pong");
    }

    @Test
    @DisplayName(
            "G6: get_websocket_endpoint tells where to connect, by a credential or by the token of a login session")
    void findsTheEndpoint() throws Exception {
        Rest.Answer mine = post("/api/websocket-endpoint", "ann-key", "{'realm':'acme'}");
        assertThat(mine.status()).isEqualTo(200);
        assertThat(mine.body().path("success").asBoolean()).isTrue();
        assertThat(mine.text("websocket_url")).isEqualTo(server.webSocket("/ws").toString());
        assertThat(mine.body().path("channels").findValuesAsText("")).isEmpty();
        assertThat(mine.body().at("/message_format/type").asText()).isEqualTo("json");

        String session = post("/api/sessions", "admin-key", "{'user':'guest'}").text("session_token");
        assertThat(post("/api/websocket-endpoint", "", "{'session_token':'" + session + "','realm':'acme'}")
                        .status())
                .isEqualTo(200);
        assertThat(post("/api/websocket-endpoint", "", "{'session_token':'" + session + "','realm':'evil'}")
                        .status())
                .isEqualTo(403);
        assertThat(post("/api/websocket-endpoint", "", "{'session_token':'nonsense'}")
                        .status())
                .isEqualTo(401);
        assertThat(post("/api/websocket-endpoint", "", "{}").status()).isEqualTo(401);
    }

    @Test
    @DisplayName("G6: publish_to_agent_channel reaches who subscribes, once for each idempotency key, digit by digit")
    void publishes() throws Exception {
        subscribe(ann, "public:news");
        String body = "{'channel':'public:news','message':{'price':1.10},'realm':'acme','idempotency_key':'k1'}";
        Rest.Answer first = post("/api/publish", "publisher-key", body);
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text("status")).isEqualTo("published");
        assertThat(first.text("channel")).isEqualTo("public:news");
        assertThat(first.body().path("success").asBoolean()).isTrue();
        JsonNode heard = typed(ann, "event");
        assertThat(heard.path("event_type").asText()).isEqualTo("message");
        assertThat(heard.path("payload").toString()).isEqualTo("{\"price\":1.1}");
        assertThat(heard.path("offset").asLong())
                .isEqualTo(first.body().path("offset").asLong());

        Rest.Answer again = post("/api/publish", "publisher-key", body);
        assertThat(again.body().path("duplicate").asBoolean()).isTrue();
        Rest.Answer other = post("/api/publish", "publisher-key", body.replace("1.10", "2"));
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.text("reason")).isEqualTo("idempotency_key_in_use");
    }

    @Test
    @DisplayName("G6: a batch is published in order, each by itself, and tells what came of each")
    void publishesMany() throws Exception {
        subscribe(ann, "public:many");
        Rest.Answer answer = post(
                "/api/publish/batch",
                "publisher-key",
                "{'messages':[{'channel':'public:many','message':1},{'channel':'a b*','message':2},"
                        + "{'channel':'public:many','message':3,'idempotency_key':'x'},"
                        + "{'channel':'public:many','message':3,'idempotency_key':'x'}]}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("published").asInt()).isEqualTo(3);
        assertThat(answer.body().path("refused").asInt()).isEqualTo(1);
        assertThat(answer.body().at("/outcomes/1/error/reason").asText()).isEqualTo("invalid topic");
        assertThat(answer.body().at("/outcomes/3/duplicate").asBoolean()).isTrue();
        assertThat(typed(ann, "event").path("payload").asInt()).isEqualTo(1);
        assertThat(typed(ann, "event").path("payload").asInt()).isEqualTo(3);

        Rest.Answer wrong = post("/api/publish/batch", "publisher-key", "{'messages':[{'channel':7}]}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.body().path("errors").has("messages[0].channel")).isTrue();
        assertThat(wrong.body().path("errors").has("messages[0].message")).isTrue();
    }

    @Test
    @DisplayName("G6: subscribe_to_channel subscribes a connection, which is told, as far as both may have the topic")
    void subscribesByOrder() throws Exception {
        String path = "/api/connections/" + connection + "/subscriptions";
        Rest.Answer done = post(path, "publisher-key", "{'channel':'public:alerts','realm':'acme'}");
        assertThat(done.status()).as(done.body().toString()).isEqualTo(200);
        assertThat(done.text("status")).isEqualTo("subscribed");
        assertThat(typed(ann, "subscribed").path("topic").asText()).isEqualTo("public:alerts");
        post("/api/publish", "publisher-key", "{'channel':'public:alerts','message':'fire'}");
        assertThat(typed(ann, "event").path("payload").asText()).isEqualTo("fire");

        assertThat(post(path, "bob-key", "{'channel':'public:alerts'}").status())
                .isEqualTo(404);
        assertThat(post(path, "ann-key", "{'channel':'public:mine'}").status()).isEqualTo(200);
        typed(ann, "subscribed");
        // The publisher may have it, and the client may not.
        Rest.Answer secret = post(path, "publisher-key", "{'channel':'internal:secret'}");
        assertThat(secret.status()).isEqualTo(403);
        assertThat(post(path, "publisher-key", "{'channel':'a b*'}").status()).isEqualTo(400);

        Rest.Answer ended = rest.ask("DELETE", path + "?channel=public:alerts", "publisher-key", null);
        assertThat(ended.text("status")).isEqualTo("unsubscribed");
        JsonNode told = typed(ann, "unsubscribed");
        assertThat(told.path("topic").asText()).isEqualTo("public:alerts");
        assertThat(told.path("reason").asText()).isEqualTo("by_order");
        assertThat(rest.ask("DELETE", path + "?channel=public:alerts", "publisher-key", null)
                        .status())
                .isEqualTo(404);
    }

    @Test
    @DisplayName("G6: send_to_connection reaches one connection, of whichever socket")
    void sends() throws Exception {
        Rest.Answer sent = post(
                "/api/connections/" + connection + "/messages",
                "publisher-key",
                "{'message':{'text':'hello'},'channel':'guide'}");
        assertThat(sent.status()).as(sent.body().toString()).isEqualTo(200);
        assertThat(sent.text("status")).isEqualTo("sent");
        JsonNode heard = typed(ann, "message");
        assertThat(heard.path("channel").asText()).isEqualTo("guide");
        assertThat(heard.at("/payload/text").asText()).isEqualTo("hello");
        assertThat(post("/api/connections/nobody/messages", "publisher-key", "{'message':1}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    @DisplayName("G5 G6: an admin lists, counts, finds and closes the connections of its realm")
    void listsAndDisconnects() throws Exception {
        subscribe(ann, "public:listed");
        try (Wire bob = Wire.open(server.webSocket("/ws?token=bob-key"))) {
            bob.next();
            Rest.Answer listed = get("/api/connections?user=ann&channel=public:listed&node=node-1", "admin-key");
            assertThat(listed.body().path("connections")).hasSize(1);
            JsonNode entry = listed.body().at("/connections/0");
            assertThat(entry.path("connection_id").asText()).isEqualTo(connection);
            assertThat(entry.path("realm").asText()).isEqualTo("acme");
            assertThat(entry.path("node").asText()).isEqualTo("node-1");
            assertThat(entry.path("channels").toString()).contains("public:listed");
            assertThat(entry.path("connected_at").asLong())
                    .isLessThanOrEqualTo(entry.path("last_activity").asLong());

            Rest.Answer first = get("/api/connections?limit=1", "admin-key");
            assertThat(first.body().path("connections")).hasSize(1);
            Rest.Answer second = get("/api/connections?limit=1&after=" + first.text("next"), "admin-key");
            assertThat(second.body().at("/connections/0/connection_id").asText())
                    .isNotEqualTo(
                            first.body().at("/connections/0/connection_id").asText())
                    .isNotEmpty();

            JsonNode counts = get("/api/connections/counts", "admin-key").body();
            assertThat(counts.path("global").asInt()).isGreaterThanOrEqualTo(2);
            assertThat(counts.at("/per_user/ann").asInt()).isPositive();
            assertThat(counts.at("/by_channel").path("public:listed").asInt()).isEqualTo(1);
            assertThat(counts.at("/by_gateway/node-1").asInt())
                    .isEqualTo(counts.path("global").asInt());
            assertThat(get("/api/connections/" + connection, "admin-key").text("user"))
                    .isEqualTo("ann");

            Rest.Answer closed = rest.ask("DELETE", "/api/connections/" + connection, "admin-key", null);
            assertThat(closed.text("status")).isEqualTo("disconnected");
            assertThat(ann.closeCode()).isEqualTo(4503);
            assertIsThere(bob);
        }
    }

    @Test
    @DisplayName("G6: the history of a topic is read in pages, from either end")
    void readsHistory() throws Exception {
        for (int i = 0; i < 5; i++) {
            post("/api/publish", "publisher-key", "{'channel':'public:log','message':" + i + "}");
        }
        Rest.Answer newest = get("/api/history?topic=public:log&limit=2&reverse=true", "ann-key");
        assertThat(newest.body().path("messages").findValuesAsText("payload")).containsExactly("4", "3");
        Rest.Answer oldest = get("/api/history?topic=public:log&limit=2", "ann-key");
        assertThat(oldest.body().path("messages").findValuesAsText("payload")).containsExactly("0", "1");
        JsonNode next = oldest.body().path("next");
        Rest.Answer rest = get(
                "/api/history?topic=public:log&offset=" + next.path("offset").asText() + "&epoch="
                        + next.path("epoch").asText(),
                "ann-key");
        assertThat(rest.body().path("messages").findValuesAsText("payload")).containsExactly("2", "3", "4");
        assertThat(get("/api/history?topic=public:log&offset=2", "ann-key").status())
                .isEqualTo(400);
        assertThat(get("/api/history?topic=internal:x", "ann-key").status()).isEqualTo(403);
    }

    @Test
    @DisplayName("G6 M11: presence, the status of a query, and an interrupt")
    void tellsOfAgentsAndQueries() throws Exception {
        try (Wire cortex = Wire.open(server.webSocket("/cortex/websocket"))) {
            cortex.send("{\"topic\":\"cortex:desk\",\"event\":\"phx_join\",\"ref\":\"1\",\"payload\":"
                    + "{\"api_key\":\"ann-key\",\"presence_key\":\"ann\"}}");
            assertThat(cortex.next("phx_reply").path("status").asText()).isEqualTo("ok");
            JsonNode present = get("/api/presence?agent=desk", "bob-key").body();
            assertThat(present.path("count").asInt()).isEqualTo(1);
            assertThat(present.path("state").has("ann")).isTrue();
            assertThat(get("/api/presence?agent=desk&counts=true", "bob-key")
                            .body()
                            .has("state"))
                    .isFalse();

            cortex.query("slow", SLOW, ",\"pace\":1,\"timeout\":600000");
            cortex.next("thought");
            Rest.Answer status = get("/api/queries?agent=desk&ref=slow", "ann-key");
            assertThat(status.text("status")).isEqualTo("running");
            assertThat(status.body().path("last_seq").asLong()).isPositive();
            Rest.Answer stopped = post("/api/queries/interrupt", "ann-key", "{'agent':'desk','ref':'slow'}");
            assertThat(stopped.status()).as(stopped.body().toString()).isEqualTo(200);
            assertThat(stopped.body().path("stopped").asBoolean()).isTrue();
            assertThat(get("/api/queries?agent=desk&ref=slow", "ann-key").text("status"))
                    .isEqualTo("interrupted");
            assertThat(post("/api/queries/interrupt", "ann-key", "{'agent':'desk','ref':'nothing'}")
                            .status())
                    .isEqualTo(404);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/connections, 403",
        "GET, /api/connections/counts, 403",
        "GET, /api/connections/{c}, 403",
        "DELETE, /api/connections/{c}, 403",
        "POST, /api/publish, 403",
        "POST, /api/connections/{c}/messages, 403"
    })
    @DisplayName("G6 D7: a user is no operator and no publisher, and whoever shows nothing is nobody")
    void wantsRoles(String method, String path, int status) throws Exception {
        String called = path.replace("{c}", connection);
        String body = method.equals("POST") ? "{\"channel\":\"internal:x\",\"message\":1}" : null;
        assertThat(rest.ask(method, called, "ann-key", body).status()).isEqualTo(status);
        assertThat(rest.ask(method, called, "", body).status()).isEqualTo(401);
        assertIsThere(ann);
    }

    @Test
    @DisplayName("G6 G4 K5: an admin of another tenant finds, reaches, changes and infers nothing by the control API")
    void keepsTenantsApart() throws Exception {
        subscribe(ann, "public:ours");
        post("/api/publish", "publisher-key", "{'channel':'public:ours','message':'TOPSECRET'}");
        typed(ann, "event");
        List<Rest.Answer> heard = new ArrayList<>();
        for (String realm : List.of("", "acme")) {
            String of = realm.isEmpty() ? "" : "&realm=" + realm;
            String in = realm.isEmpty() ? "" : ",'realm':'" + realm + "'";
            heard.add(get("/api/connections?limit=100" + of, "evil-key"));
            heard.add(get("/api/connections/counts?top=100" + of, "evil-key"));
            heard.add(get("/api/connections/" + connection + "?x=1" + of, "evil-key"));
            heard.add(rest.ask("DELETE", "/api/connections/" + connection + "?x=1" + of, "evil-key", null));
            heard.add(post(
                    "/api/connections/" + connection + "/messages",
                    "evil-key",
                    "{'message':'EVIL','channel':'guide'" + in + "}"));
            heard.add(post(
                    "/api/connections/" + connection + "/subscriptions",
                    "evil-key",
                    "{'channel':'public:x'" + in + "}"));
            heard.add(rest.ask(
                    "DELETE",
                    "/api/connections/" + connection + "/subscriptions?channel=public:ours" + of,
                    "evil-key",
                    null));
            heard.add(post("/api/publish", "evil-key", "{'channel':'public:ours','message':'EVIL'" + in + "}"));
            heard.add(post(
                    "/api/publish/batch",
                    "evil-key",
                    "{'messages':[{'channel':'public:ours','message':'EVIL'}]" + in + "}"));
            heard.add(get("/api/history?topic=public:ours" + of, "evil-key"));
            heard.add(get("/api/presence?agent=desk" + of, "evil-key"));
            heard.add(get("/api/queries?agent=desk&ref=slow" + of, "evil-key"));
            heard.add(post("/api/queries/interrupt", "evil-key", "{'agent':'desk','ref':'slow'" + in + "}"));
            if (!realm.isEmpty()) {
                assertThat(heard.subList(heard.size() - 13, heard.size())).allMatch(answer -> answer.status() == 403);
            }
        }
        assertThat(heard)
                .allSatisfy(answer -> assertThat(answer.raw().body())
                        .doesNotContain("TOPSECRET")
                        .doesNotContain("ann\""));
        assertThat(heard.get(0).body().path("connections")).isEmpty();
        assertThat(heard.get(1).body().path("global").asInt()).isZero();
        Rest.Answer mine = get("/api/history?topic=public:ours", "ann-key");
        assertThat(mine.body().path("messages").findValuesAsText("payload")).containsOnly("TOPSECRET");
        // The very next that it hears is this answer.
        assertIsThere(ann);
    }

    @Test
    @DisplayName("G6: an admin without a tenant sees all realms, and acts in the one that it names")
    void actsForRealms() throws Exception {
        subscribe(ann, "public:ours");
        assertThat(get("/api/connections/" + connection, "root-key").text("realm"))
                .isEqualTo("acme");
        assertThat(get("/api/connections/counts", "root-key")
                        .body()
                        .at("/per_user")
                        .path("acme|ann")
                        .asInt())
                .isPositive();
        assertThat(post("/api/publish", "root-key", "{'channel':'public:ours','message':1}")
                        .status())
                .isEqualTo(200);
        post("/api/publish", "root-key", "{'channel':'public:ours','message':2,'realm':'acme'}");
        // What was said to nobody's tenant has not come.
        assertThat(typed(ann, "event").path("payload").asInt()).isEqualTo(2);
        assertThat(post("/api/publish", "root-key", "{'channel':'public:ours','message':2,'realm':'a:b'}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    @DisplayName("G6: the OpenAPI document is there for everybody")
    void servesOpenApi() throws Exception {
        Rest.Answer document = get("/openapi.yaml", "");
        assertThat(document.status()).isEqualTo(200);
        assertThat(document.raw().headers().firstValue("Content-Type").orElseThrow())
                .startsWith("application/yaml");
        assertThat(document.raw().body()).contains("openapi: 3.1.0", "/connections/{id}/subscriptions:");
    }
}
