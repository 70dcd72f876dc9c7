package io.synapse.cluster.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.synapse.config.RedisConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Opens connections to Redis: to one server, to the master that sentinels name, or to a Redis Cluster. A command that was
 * under way when a connection broke is never sent again by the client: whether it was done is not known, and only who sent it
 * knows whether repeating it does harm.
 */
final class Dialer implements AutoCloseable {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    private static final int THREADS = 2;
    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(10);

    /** A connection for commands. */
    record Commands(StatefulConnection<?, ?> connection, RedisClusterAsyncCommands<String, byte[]> async) {}

    private final ClientResources resources;
    private final AbstractRedisClient client;
    private final RedisURI uri;

    Dialer(RedisConfig config) {
        resources = DefaultClientResources.builder()
                // As everywhere else in the JVM, and not by a resolver of the client's own.
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .build();
        RedisURI[] uris = config.uris().stream().map(text -> uri(text, config)).toArray(RedisURI[]::new);
        uri = uris[0];
        client = config.sharded()
                ? sharded(resources, config, uris)
                : single(resources, ClientOptions.builder(), config);
    }

    private static RedisURI uri(String text, RedisConfig config) {
        RedisURI uri = RedisURI.create(text);
        uri.setTimeout(config.timeout());
        config.password()
                .ifPresent(password -> uri.setCredentialsProvider(
                        new StaticCredentialsProvider(config.username().orElse(null), password.toCharArray())));
        return uri;
    }

    private static RedisClient single(ClientResources resources, ClientOptions.Builder options, RedisConfig config) {
        RedisClient client = RedisClient.create(resources);
        client.setOptions(with(options, config).autoReconnect(false).build());
        return client;
    }

    // The connections to the single nodes of a cluster are the client's own affair, and so is dialling them again.
    private static RedisClusterClient sharded(ClientResources resources, RedisConfig config, RedisURI... uris) {
        RedisClusterClient client = RedisClusterClient.create(resources, List.of(uris));
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        with(options, config);
        options.replayFilter(command -> true);
        // These are dialled when the first command goes to them, which waits for that, as long as a command may take.
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.ACCEPT_COMMANDS);
        client.setOptions(options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                        .build())
                .build());
        return client;
    }

    private static ClientOptions.Builder with(ClientOptions.Builder options, RedisConfig config) {
        config.caFile()
                .ifPresent(file -> options.sslOptions(SslOptions.builder()
                        .jdkSslProvider()
                        .trustManager(file.toFile())
                        .build()));
        return options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(config.maxPending())
                .pingBeforeActivateConnection(true)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(config.timeout())
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .timeoutOptions(TimeoutOptions.enabled(config.timeout()));
    }

    /** Asks to be told when a connection has ended. */
    void onEnd(Consumer<RedisChannelHandler<?, ?>> told) {
        client.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> connection) {
                told.accept(connection);
            }
        });
    }

    CompletionStage<Commands> commands() {
        return client instanceof RedisClient single
                ? single.connectAsync(CODEC, uri).thenApply(open -> new Commands(open, open.async()))
                : sharded((RedisClusterClient) client).thenApply(open -> new Commands(open, open.async()));
    }

    // Which server has what is asked first: without that, the client refuses to connect.
    private static CompletionStage<StatefulRedisClusterConnection<String, byte[]>> sharded(RedisClusterClient client) {
        return client.refreshPartitionsAsync().thenCompose(known -> client.connectAsync(CODEC));
    }

    CompletionStage<? extends StatefulRedisPubSubConnection<String, byte[]>> pubSub() {
        return client instanceof RedisClient single
                ? single.connectPubSubAsync(CODEC, uri)
                : ((RedisClusterClient) client).connectPubSubAsync(CODEC);
    }

    /** Ends all connections and the client's threads. */
    @Override
    public void close() {
        client.shutdown(0, 2, TimeUnit.SECONDS);
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
