package io.synapse.endpoint.mcp;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.schema.jackson2.DefaultJsonSchemaValidator;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.synapse.config.SynapseConfig;
import io.synapse.control.Caller;
import io.synapse.control.ConnectionControl;
import io.synapse.control.EndpointControl;
import io.synapse.control.PublishControl;
import io.synapse.endpoint.BoundedBody;
import io.synapse.endpoint.CalledUrl;
import io.synapse.operations.NodeInfo;
import io.synapse.protocol.Reasons;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Authenticator;
import io.synapse.security.Handshake;
import io.synapse.security.Identity;
import io.synapse.security.login.LoginSessions;
import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * {@code POST /mcp}: streamable HTTP of the Model Context Protocol, without sessions and without streams of the server's own. One
 * message a request, one answer. The filters in front of it check where requests come from.
 */
@WebServlet(urlPatterns = "/mcp", asyncSupported = true)
public class McpServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final System.Logger LOG = System.getLogger(McpServlet.class.getName());
    private static final String JSON = "application/json";
    private static final String VERSION = "MCP-Protocol-Version";
    private static final long ANSWER_MILLIS = 60_000;

    @Inject
    private transient Authenticator authenticator;

    @Inject
    private transient SynapseConfig config;

    @Inject
    private transient NodeInfo info;

    @Inject
    private transient EndpointControl endpoint;

    @Inject
    private transient PublishControl publishing;

    @Inject
    private transient ConnectionControl connections;

    @Inject
    private transient LoginSessions logins;

    @Inject
    private transient Audit audit;

    private transient McpTransport transport;
    private transient McpJsonMapper json;

    @Override
    public void init() {
        if (!config.control().mcp()) {
            return;
        }
        ObjectMapper mapper =
                McpJson.mapper(config.limits().nestingDepth(), config.limits().messageBytes());
        json = McpJson.of(mapper);
        transport = new McpTransport();
        McpServer.async(transport)
                .serverInfo("Synapse", info.version())
                .instructions("Talks to the clients that are connected to this gateway by WebSocket.")
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .jsonMapper(json)
                .jsonSchemaValidator(new DefaultJsonSchemaValidator(mapper))
                .tools(new McpTools(endpoint, publishing, connections, logins, mapper).all())
                .build();
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (transport == null) {
            response.setStatus(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        Optional<Identity> identity = Optional.ofNullable(request.getHeader("Authorization"))
                .flatMap(Handshake::bearer)
                .flatMap(authenticator::identify);
        if (identity.isEmpty()) {
            unauthorized(request, response);
            return;
        }
        String type = request.getContentType();
        if (type == null || !type.regionMatches(true, 0, JSON, 0, JSON.length())) {
            response.setStatus(HttpServletResponse.SC_UNSUPPORTED_MEDIA_TYPE);
            return;
        }
        String version = request.getHeader(VERSION);
        if (version != null && !transport.protocolVersions().contains(version)) {
            refuse(response, McpSchema.ErrorCodes.INVALID_REQUEST, "unsupported " + VERSION);
            return;
        }
        Optional<byte[]> body =
                BoundedBody.read(request.getInputStream(), config.limits().messageBytes());
        if (body.isEmpty()) {
            response.setStatus(HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE);
            return;
        }
        McpTransportContext context = McpTransportContext.create(Map.of(
                McpTools.CALLER,
                new Caller(identity.get(), request.getRemoteAddr()),
                McpTools.CALLED,
                CalledUrl.of(request)));
        take(request, response, context, body.get());
    }

    private void unauthorized(HttpServletRequest request, HttpServletResponse response) {
        audit.record(AuditEvent.refused(AuditEvent.Name.REQUEST, Reasons.UNAUTHORIZED)
                .from(request.getRemoteAddr())
                .with("path", "/mcp"));
        response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
        response.setHeader("WWW-Authenticate", "Bearer");
    }

    private void take(
            HttpServletRequest request, HttpServletResponse response, McpTransportContext context, byte[] body)
            throws IOException {
        JSONRPCMessage message;
        try {
            message = McpSchema.deserializeJsonRpcMessage(json, text(body));
        } catch (IOException | IllegalArgumentException e) {
            LOG.log(System.Logger.Level.DEBUG, "not a message of MCP", e);
            refuse(response, McpSchema.ErrorCodes.PARSE_ERROR, "not a message of JSON-RPC");
            return;
        }
        if (message instanceof JSONRPCRequest asked) {
            answer(request, response, transport.request(context, asked), asked);
        } else {
            if (message instanceof JSONRPCNotification said) {
                transport.notification(context, said);
            }
            response.setStatus(HttpServletResponse.SC_ACCEPTED);
        }
    }

    private static String text(byte[] body) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    }

    private void answer(
            HttpServletRequest request,
            HttpServletResponse response,
            CompletableFuture<JSONRPCResponse> answering,
            JSONRPCRequest asked)
            throws IOException {
        if (answering.isDone()) {
            write(response, outcome(answering, asked));
            return;
        }
        AsyncContext async = request.startAsync(request, response);
        async.setTimeout(ANSWER_MILLIS);
        answering.whenComplete((answer, failure) -> {
            try {
                write(response, outcome(answering, asked));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "whoever asked has gone", e);
            } finally {
                async.complete();
            }
        });
    }

    private static JSONRPCResponse outcome(CompletableFuture<JSONRPCResponse> done, JSONRPCRequest asked) {
        try {
            return done.join();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a request of MCP failed", e);
            return JSONRPCResponse.error(
                    asked.id(),
                    new JSONRPCResponse.JSONRPCError(
                            McpSchema.ErrorCodes.INTERNAL_ERROR, "something failed in the server", null));
        }
    }

    private void refuse(HttpServletResponse response, int code, String why) throws IOException {
        response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
        write(response, Map.of("jsonrpc", "2.0", "error", Map.of("code", code, "message", why)));
    }

    private void write(HttpServletResponse response, Object answer) throws IOException {
        response.setContentType(JSON);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(json.writeValueAsBytes(answer));
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        refuseMethod(response);
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) {
        refuseMethod(response);
    }

    private static void refuseMethod(HttpServletResponse response) {
        response.setHeader("Allow", "POST");
        response.setStatus(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
    }
}
