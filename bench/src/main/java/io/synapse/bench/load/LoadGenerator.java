package io.synapse.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Opens connections, all of them on one thread: it shares the machine with the server, so what it needs is taken from
 * what it measures. Safe for use by many threads.
 */
public final class LoadGenerator implements AutoCloseable {

    private static final int AT_ONCE = 25;
    private static final int MAX_MESSAGE = 65_536;
    private static final int HANDSHAKE_SECONDS = 30;

    private final EventLoopGroup group = Epoll.isAvailable() ? new EpollEventLoopGroup(1) : new NioEventLoopGroup(1);
    private final EventLoop loop = group.next();
    private final AtomicLong refs = new AtomicLong(1_000_000_000L);

    /**
     * The one thread.
     *
     * @return runs what touches connections
     */
    public EventLoop loop() {
        return loop;
    }

    /**
     * A ref that no question had yet: Synapse would not ask its engine again.
     *
     * @return ten digits
     */
    public String ref() {
        return Long.toString(refs.incrementAndGet());
    }

    /**
     * Opens connections, a few at a time.
     *
     * @param uri {@code ws://…}
     * @param count how many
     * @return all of them, open
     */
    public List<Client> open(URI uri, int count) {
        List<Client> all = new ArrayList<>(count);
        while (all.size() < count) {
            List<Client> some = new ArrayList<>();
            for (int i = 0; i < AT_ONCE && all.size() + some.size() < count; i++) {
                some.add(dial(uri, all.size() + some.size()));
            }
            for (Client client : some) {
                client.opened().orTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS).join();
            }
            all.addAll(some);
        }
        return all;
    }

    private Client dial(URI uri, int number) {
        Client client = new Client(number);
        WebSocketClientProtocolConfig config = WebSocketClientProtocolConfig.newBuilder()
                .webSocketUri(uri)
                .version(WebSocketVersion.V13)
                .customHeaders(EmptyHttpHeaders.INSTANCE)
                .maxFramePayloadLength(MAX_MESSAGE)
                .withUTF8Validator(false)
                .build();
        new Bootstrap()
                .group(group)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.config().setTcpNoDelay(true);
                        channel.pipeline()
                                .addLast(new HttpClientCodec())
                                .addLast(new HttpObjectAggregator(MAX_MESSAGE))
                                .addLast(new WebSocketClientProtocolHandler(config))
                                .addLast(client);
                    }
                })
                .connect(uri.getHost(), uri.getPort())
                .addListener(connected -> {
                    if (!connected.isSuccess()) {
                        client.opened().completeExceptionally(connected.cause());
                    }
                });
        return client;
    }

    /**
     * Closes connections.
     *
     * @param clients of this generator
     */
    public void close(List<Client> clients) {
        CompletableFuture.runAsync(() -> clients.forEach(Client::close), loop).join();
    }

    /** Closes everything. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
