package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.InitializeResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.synapse.testing.Keys;
import java.net.URL;
import java.net.http.HttpRequest;
import java.time.Duration;
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

/** The MCP server, by the SDK's own client, and by what no client would send. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class McpIT {

    private static final String INITIALIZE =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-11-25\","
                    + "\"capabilities\":{},\"clientInfo\":{\"name\":\"test\",\"version\":\"1\"}}}";
    private static final String LIST = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}";

    @ArquillianResource
    private URL url;

    private Server server;
    private Rest rest;
    private Wire ann;
    private String connection;

    @Deployment(testable = false)
    static WebArchive war() throws Exception {
        return WarFile.with(Map.of(
                "synapse.mode",
                "production",
                "synapse.auth.api-keys",
                String.join(
                        ",",
                        key("ann", "synapse-user", ":acme"),
                        key("publisher", "synapse-publisher", ":acme"),
                        key("evil", "synapse-user|synapse-publisher|synapse-admin", ":evil"))));
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

    private McpSyncClient client(String key) {
        return McpClient.sync(HttpClientStreamableHttpTransport.builder(
                                server.http("/").toString())
                        .endpoint("/mcp")
                        .requestBuilder(HttpRequest.newBuilder().header("Authorization", "Bearer " + key))
                        .build())
                .requestTimeout(Duration.ofSeconds(20))
                .initializationTimeout(Duration.ofSeconds(20))
                .build();
    }

    private static CallToolResult call(McpSyncClient client, String tool, Map<String, Object> arguments) {
        return client.callTool(
                CallToolRequest.builder(tool).arguments(arguments).build());
    }

    private static Map<?, ?> content(CallToolResult result) {
        return (Map<?, ?>) result.structuredContent();
    }

    @Test
    @DisplayName("G6: the SDK's own client finds the four tools, and each does what it says")
    void servesTheSdk() throws Exception {
        try (McpSyncClient client = client("publisher-key")) {
            InitializeResult hello = client.initialize();
            assertThat(hello.serverInfo().name()).isEqualTo("Synapse");
            assertThat(hello.protocolVersion()).isEqualTo("2025-11-25");
            assertThat(client.listTools().tools())
                    .extracting(Tool::name)
                    .containsExactlyInAnyOrder(
                            "websocket_get_endpoint",
                            "websocket_publish_to_channel",
                            "websocket_subscribe_to_channel",
                            "websocket_send_to_connection");

            CallToolResult endpoint = call(client, "websocket_get_endpoint", Map.of("realm", "acme"));
            assertThat(content(endpoint).get("websocket_url"))
                    .isEqualTo(server.webSocket("/ws").toString());
            CallToolResult subscribed = call(
                    client,
                    "websocket_subscribe_to_channel",
                    Map.of("connection_id", connection, "channel", "public:mcp"));
            assertThat(subscribed.isError()).as(subscribed.toString()).isFalse();
            assertThat(typed(ann, "subscribed").path("topic").asText()).isEqualTo("public:mcp");
            CallToolResult published = call(
                    client,
                    "websocket_publish_to_channel",
                    Map.of("channel", "public:mcp", "message", Map.of("n", 1.5), "idempotency_key", "k"));
            assertThat(content(published).get("status")).isEqualTo("published");
            assertThat(typed(ann, "event").at("/payload/n").asDouble()).isEqualTo(1.5);
            CallToolResult sent = call(
                    client,
                    "websocket_send_to_connection",
                    Map.of("connection_id", connection, "channel", "guide", "message", "for you"));
            assertThat(content(sent).get("status")).isEqualTo("sent");
            assertThat(typed(ann, "message").path("payload").asText()).isEqualTo("for you");
        }
    }

    @Test
    @DisplayName("G6 D7: roles hold for each tool, and arguments for its schema; the model is told why")
    void refuses() {
        try (McpSyncClient client = client("ann-key")) {
            client.initialize();
            CallToolResult forbidden =
                    call(client, "websocket_publish_to_channel", Map.of("channel", "public:x", "message", 1));
            assertThat(forbidden.isError()).isTrue();
            assertThat(content(forbidden).toString()).contains("reason=forbidden");
            CallToolResult wrong = call(client, "websocket_publish_to_channel", Map.of("channel", 7));
            assertThat(wrong.isError()).isTrue();
            CallToolResult unknown = call(client, "websocket_get_endpoint", Map.of("session_token", "nonsense"));
            assertThat(content(unknown).toString()).contains("reason=unauthorized");
        }
    }

    @Test
    @DisplayName("G6 G4 K5: another tenant reaches nothing through the tools")
    void keepsTenantsApart() throws Exception {
        try (McpSyncClient client = client("evil-key")) {
            client.initialize();
            for (String realm : new String[] {"evil", "acme"}) {
                for (CallToolResult result : new CallToolResult[] {
                    call(
                            client,
                            "websocket_send_to_connection",
                            Map.of("connection_id", connection, "channel", "guide", "message", "EVIL", "realm", realm)),
                    call(
                            client,
                            "websocket_subscribe_to_channel",
                            Map.of("connection_id", connection, "channel", "public:x", "realm", realm))
                }) {
                    assertThat(result.isError()).isTrue();
                    assertThat(content(result).toString())
                            .contains(realm.equals("evil") ? "reason=not_found" : "reason=forbidden");
                }
            }
            assertThat(call(client, "websocket_get_endpoint", Map.of("realm", "acme"))
                            .isError())
                    .isTrue();
            assertThat(call(
                                    client,
                                    "websocket_publish_to_channel",
                                    Map.of("channel", "public:x", "message", "EVIL", "realm", "acme"))
                            .isError())
                    .isTrue();
        }
        ann.send("{\"type\":\"ping\"}");
        assertThat(ann.next().path("type").asText()).isEqualTo("pong");
    }

    private Rest.Answer post(String key, String body, String... headers) throws Exception {
        return rest.ask("POST", "/mcp", key, body, headers);
    }

    @Test
    @DisplayName("G6: without a good credential, from a foreign page, too large, or with no message in it: refused")
    void refusesRequests() throws Exception {
        Rest.Answer nobody = post("", LIST);
        assertThat(nobody.status()).isEqualTo(401);
        assertThat(nobody.raw().headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(post("wrong-key", LIST).status()).isEqualTo(401);
        assertThat(post("ann-key", LIST, "Origin", "https://evil.example").status())
                .isEqualTo(403);
        assertThat(post("ann-key", "{").status()).isEqualTo(400);
        assertThat(post("ann-key", "[]").status()).isEqualTo(400);
        assertThat(post("ann-key", "{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}")
                        .status())
                .isEqualTo(400);
        assertThat(post("ann-key", "{\"x\":\"" + "x".repeat(2 << 20) + "\"}").status())
                .isEqualTo(413);
        assertThat(post("ann-key", LIST, "MCP-Protocol-Version", "1999-01-01").status())
                .isEqualTo(400);
        assertThat(rest.ask("GET", "/mcp", "ann-key", null).status()).isEqualTo(405);
        assertThat(rest.ask("DELETE", "/mcp", "ann-key", null).status()).isEqualTo(405);
        assertThatThrownBy(() -> {
                    try (McpSyncClient client = client("wrong-key")) {
                        client.initialize();
                    }
                })
                .isNotNull();
    }

    @Test
    @DisplayName("G6: each request stands by itself: no session is made, and none is needed")
    void hasNoSessions() throws Exception {
        Rest.Answer hello = post("ann-key", INITIALIZE);
        assertThat(hello.status()).isEqualTo(200);
        assertThat(hello.raw().headers().firstValue("Mcp-Session-Id")).isEmpty();
        assertThat(post("ann-key", "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")
                        .status())
                .isEqualTo(202);
        JsonNode tools = post("ann-key", LIST).body().at("/result/tools");
        assertThat(tools).hasSize(4);
        assertThat(tools.findValuesAsText("additionalProperties")).containsOnly("false");
        assertThat(post("ann-key", "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"no/such\"}")
                        .body()
                        .at("/error/code")
                        .asInt())
                .isEqualTo(-32601);
    }
}
