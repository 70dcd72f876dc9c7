package io.synapse.endpoint.mcp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.AsyncToolSpecification;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.synapse.control.Caller;
import io.synapse.control.ConnectionControl;
import io.synapse.control.ControlException;
import io.synapse.control.EndpointControl;
import io.synapse.control.PublishControl;
import io.synapse.protocol.Body;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.security.Identity;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginSessions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import reactor.core.publisher.Mono;

/**
 * The tools. Each does what a call of the control API does, for the same callers, and says the same words; what is refused is
 * an answer of the tool, so that a model can read it. Safe for use by many threads.
 */
final class McpTools {

    private static final System.Logger LOG = System.getLogger(McpTools.class.getName());

    private static final String REALM =
            "\"realm\":{\"type\":\"string\",\"maxLength\":64,\"description\":\"The tenant; your own without.\"}";
    private static final String CHANNEL =
            "\"channel\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255,\"description\":\"%s\"}";
    private static final String MESSAGE = "\"message\":{\"description\":\"What is said; any JSON.\"}";
    private static final String CONNECTION =
            "\"connection_id\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}";

    private final EndpointControl endpoint;
    private final PublishControl publishing;
    private final ConnectionControl connections;
    private final LoginSessions logins;
    private final ObjectMapper mapper;

    McpTools(
            EndpointControl endpoint,
            PublishControl publishing,
            ConnectionControl connections,
            LoginSessions logins,
            ObjectMapper mapper) {
        this.endpoint = endpoint;
        this.publishing = publishing;
        this.connections = connections;
        this.logins = logins;
        this.mapper = mapper;
    }

    /** What one tool does. */
    @FunctionalInterface
    private interface Act {
        CompletionStage<Body> call(Caller caller, McpArguments arguments);
    }

    /** What goes with each request to the SDK and back. */
    static final String CALLER = "caller";

    static final String CALLED = "called";

    /** All of them; {@code CALLER} and {@code CALLED} are in the context of each call. */
    List<AsyncToolSpecification> all() {
        return List.of(
                tool(
                        "websocket_get_endpoint",
                        "Tells where to connect with a WebSocket, which channels there are, and how messages look.",
                        "\"session_token\":{\"type\":\"string\",\"maxLength\":8192,\"description\":"
                                + "\"A login session; you yourself without.\"}," + REALM,
                        ""),
                tool(
                        "websocket_publish_to_channel",
                        "Publishes a message on a channel; everybody who subscribes to it gets it.",
                        CHANNEL.formatted("A channel, or any other topic.") + "," + MESSAGE + "," + REALM
                                + ",\"event\":{\"type\":\"string\",\"maxLength\":128},"
                                + "\"idempotency_key\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":128,"
                                + "\"description\":\"Saying it again with the same key does nothing.\"}",
                        "\"channel\",\"message\""),
                tool(
                        "websocket_subscribe_to_channel",
                        "Subscribes an open connection to a channel; both you and it must be allowed to have it.",
                        CONNECTION + "," + CHANNEL.formatted("A topic or a pattern.") + "," + REALM,
                        "\"connection_id\",\"channel\""),
                tool(
                        "websocket_send_to_connection",
                        "Says something to one open connection.",
                        CONNECTION + "," + MESSAGE + ","
                                + CHANNEL.formatted("The channel that it is said on; the usual one without.") + ","
                                + REALM,
                        "\"connection_id\",\"message\""));
    }

    private AsyncToolSpecification tool(String name, String description, String properties, String required) {
        String schema = "{\"type\":\"object\",\"properties\":{" + properties + "},\"required\":[" + required
                + "],\"additionalProperties\":false}";
        Tool tool = Tool.builder(name, McpJson.of(mapper), schema)
                .description(description)
                .build();
        return new AsyncToolSpecification(tool, (context, request) -> call(name, context, request));
    }

    private Mono<CallToolResult> call(String name, McpTransportContext context, CallToolRequest request) {
        Caller caller = (Caller) context.get(CALLER);
        String called = (String) context.get(CALLED);
        return Mono.fromCompletionStage(() -> {
            try {
                McpArguments arguments = new McpArguments(request.arguments(), mapper);
                return act(name, called).call(caller, arguments).handle(this::result);
            } catch (RuntimeException e) {
                return java.util.concurrent.CompletableFuture.completedFuture(result(null, e));
            }
        });
    }

    private Act act(String name, String called) {
        return switch (name) {
            case "websocket_get_endpoint" -> (caller, arguments) -> getEndpoint(caller, arguments, called);
            case "websocket_publish_to_channel" ->
                (caller, arguments) -> publishing.publish(
                        caller,
                        arguments.text("realm"),
                        new PublishControl.Wanted(
                                arguments.required("channel"),
                                arguments.text("event"),
                                arguments.json("message"),
                                arguments.text("idempotency_key")));
            case "websocket_subscribe_to_channel" ->
                (caller, arguments) -> connections.subscribe(
                        caller,
                        arguments.text("realm"),
                        arguments.required("connection_id"),
                        arguments.required("channel"));
            default ->
                (caller, arguments) -> connections.send(
                        caller,
                        arguments.text("realm"),
                        arguments.required("connection_id"),
                        arguments.text("channel"),
                        arguments.json("message"));
        };
    }

    private CompletionStage<Body> getEndpoint(Caller caller, McpArguments arguments, String called) {
        Optional<String> session = arguments.text("session_token");
        Optional<Identity> identity = session.isEmpty()
                ? Optional.of(caller.identity())
                : logins.validate(session.get()).map(Login::identity);
        return endpoint.find(
                new Caller(
                        identity.orElseThrow(() -> new ControlException(Payloads.refusal(Reasons.UNAUTHORIZED))),
                        caller.address()),
                arguments.text("realm"),
                called);
    }

    private CallToolResult result(Body body, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause == null) {
            return result(RawJson.of(body), false);
        }
        if (cause instanceof ControlException refusal) {
            return result(
                    RawJson.of(generator -> {
                        generator.writeStartObject();
                        generator.writeBooleanField("success", false);
                        generator.writeFieldName("error");
                        refusal.body().writeTo(generator);
                        generator.writeEndObject();
                    }),
                    true);
        }
        LOG.log(System.Logger.Level.ERROR, "a tool of the MCP server failed", cause);
        return result(
                RawJson.of(
                        Payloads.data(Map.of("success", false, "error", Map.of("reason", Reasons.INTERNAL_ERROR)), 3)),
                true);
    }

    private static CallToolResult result(RawJson json, boolean error) {
        return CallToolResult.builder()
                .addTextContent(json.text())
                .structuredContent(JsonValues.object(json))
                .isError(error)
                .build();
    }

    static String json(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what was read as JSON cannot be written", e);
        }
    }
}
