package io.synapse.endpoint.mcp;

import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;

/**
 * Hands requests to the SDK, each by itself: there are no sessions that could pile up, and any node answers. Safe for use by many
 * threads.
 */
final class McpTransport implements McpStatelessServerTransport {

    private volatile McpStatelessServerHandler handler;

    @Override
    public void setMcpHandler(McpStatelessServerHandler given) {
        handler = given;
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.empty();
    }

    CompletableFuture<JSONRPCResponse> request(McpTransportContext context, JSONRPCRequest request) {
        return handler.handleRequest(context, request)
                .contextWrite(with -> with.put(McpTransportContext.KEY, context))
                .toFuture();
    }

    CompletableFuture<Void> notification(McpTransportContext context, JSONRPCNotification notification) {
        return handler.handleNotification(context, notification)
                .contextWrite(with -> with.put(McpTransportContext.KEY, context))
                .toFuture();
    }
}
