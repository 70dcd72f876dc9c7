package io.synapse.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** One WebSocket connection of the load generator. Everything happens on the generator's one thread. */
public final class Client extends SimpleChannelInboundHandler<WebSocketFrame> {

    /** Told of every frame. */
    @FunctionalInterface
    public interface Listener {

        /**
         * A frame has come.
         *
         * @param client on this connection
         * @param kind what it is
         */
        void received(Client client, FrameKind kind);

        /**
         * A frame has come; for those who look into it.
         *
         * @param client on this connection
         * @param kind what it is
         * @param frame good until this returns; empty when the connection has ended
         */
        default void received(Client client, FrameKind kind, ByteBuf frame) {
            received(client, kind);
        }
    }

    private static final Listener NOBODY = (client, kind) -> {};

    private final int number;
    private final CompletableFuture<Client> open = new CompletableFuture<>();
    private Channel channel;
    private Listener listener = NOBODY;

    Client(int number) {
        this.number = number;
    }

    /**
     * The place of this connection among those that were opened with it.
     *
     * @return 0 for the first
     */
    public int number() {
        return number;
    }

    /** Completes when the handshake is over. */
    CompletableFuture<Client> opened() {
        return open;
    }

    /**
     * Sets who is told of frames; on the generator's thread.
     *
     * @param next in place of the one before
     */
    public void listen(Listener next) {
        listener = next;
    }

    /**
     * Sends a frame; on the generator's thread.
     *
     * @param text the whole message
     */
    public void send(String text) {
        channel.writeAndFlush(new TextWebSocketFrame(text), channel.voidPromise());
    }

    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
            open.complete(this);
        }
        super.userEventTriggered(context, event);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
        ByteBuf content = frame.content();
        if (frame instanceof TextWebSocketFrame && frame.isFinalFragment()) {
            listener.received(this, FrameKind.of(content), content);
        } else {
            throw new IllegalStateException(
                    "the server sent a " + frame.getClass().getSimpleName());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        open.completeExceptionally(new IOException("the server closed connection " + number));
        listener.received(this, FrameKind.FAILED, Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        open.completeExceptionally(cause);
        context.close();
    }
}
