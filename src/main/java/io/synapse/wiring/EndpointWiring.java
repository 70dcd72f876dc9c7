package io.synapse.wiring;

import io.synapse.agent.Workers;
import io.synapse.cluster.Cluster;
import io.synapse.cluster.redis.RedisDirectory;
import io.synapse.cluster.redis.RedisPresence;
import io.synapse.config.GatewayConfig;
import io.synapse.config.LimitsConfig;
import io.synapse.config.SynapseConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionDirectory;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.HeartbeatRule;
import io.synapse.connection.HeartbeatRule.Traffic;
import io.synapse.connection.Heartbeats;
import io.synapse.connection.LocalDirectory;
import io.synapse.conversation.ConversationStore;
import io.synapse.endpoint.CortexDependencies;
import io.synapse.endpoint.GatewayDependencies;
import io.synapse.endpoint.LibertySelectors;
import io.synapse.endpoint.SocketDependencies;
import io.synapse.endpoint.TyrusIdleTimer;
import io.synapse.operations.Drain;
import io.synapse.operations.HandOver;
import io.synapse.operations.HealthPlace;
import io.synapse.operations.LastWait;
import io.synapse.operations.NodeInfo;
import io.synapse.operations.NodeState;
import io.synapse.operations.PrometheusText;
import io.synapse.operations.QueueReport;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.NodeName;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.presence.MemoryPresence;
import io.synapse.presence.PresenceTracker;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.FrameBounds;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.query.QueryService;
import io.synapse.routing.AgentChannels;
import io.synapse.routing.ChannelHandler;
import io.synapse.routing.ConversationHandler;
import io.synapse.routing.CredentialHandler;
import io.synapse.routing.GatewayRouter;
import io.synapse.routing.Guard;
import io.synapse.routing.JoinHandler;
import io.synapse.routing.MessageRouter;
import io.synapse.routing.PresenceHandler;
import io.synapse.routing.QueryHandler;
import io.synapse.routing.SessionHandler;
import io.synapse.routing.SubscriptionHandler;
import io.synapse.routing.ToolHandler;
import io.synapse.routing.TopicHandler;
import io.synapse.routing.WorkerHandler;
import io.synapse.security.Audit;
import io.synapse.security.Authenticator;
import io.synapse.security.LiveCredentials;
import io.synapse.security.limit.Rates;
import io.synapse.session.SessionStore;
import io.synapse.tool.ToolRegistry;
import io.synapse.topic.TopicHub;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.SplittableRandom;

/** The connections, what routes their messages, and what operators see. */
@ApplicationScoped
public class EndpointWiring {

    @Produces
    @Singleton
    ConnectionRegistry registry() {
        return new ConnectionRegistry();
    }

    @Produces
    @Singleton
    ConnectionDirectory directory(
            SynapseConfig config,
            ConnectionRegistry registry,
            Ticker ticker,
            Clock clock,
            NodeName node,
            Cluster cluster) {
        LocalDirectory local = new LocalDirectory(registry, ticker, clock, node.text());
        return cluster.nodes().isShared()
                ? new RedisDirectory(
                        local,
                        cluster.nodes(),
                        cluster.post(),
                        config.cluster().redis().timeout())
                : local;
    }

    @Produces
    @Singleton
    PresenceTracker presence(
            SynapseConfig config,
            Clock clock,
            Ticker ticker,
            Timers timers,
            Ids ids,
            Counters counters,
            ManagedPool pool,
            Cluster cluster) {
        MemoryPresence.Environment environment = new MemoryPresence.Environment(
                config.presence(),
                clock,
                ticker,
                timers,
                ids,
                counters,
                new TaskQueue(pool, ManagedThreads.PRESENCE_THREADS));
        return ClusterWiring.redis(cluster)
                .<PresenceTracker>map(link -> new RedisPresence(
                        environment,
                        new RedisPresence.Sharing(
                                link,
                                cluster.nodes(),
                                timers,
                                config.cluster().lease(),
                                config.cluster().redis().timeout())))
                .orElseGet(() -> new MemoryPresence(environment));
    }

    @Produces
    @Singleton
    MessageRouter router(
            SynapseConfig config,
            Timers timers,
            Counters counters,
            ConnectionRegistry registry,
            QueryHandler queries,
            PresenceTracker presence,
            SubscriptionHandler subscriptions,
            SessionHandler sessions,
            TopicHandler topics,
            ToolHandler tools,
            ConversationHandler conversations,
            WorkerHandler workers,
            CredentialHandler credentials,
            Audit audit) {
        PresenceHandler presenceHandler = new PresenceHandler(presence);
        JoinHandler joins = new JoinHandler(
                credentials,
                registry,
                queries,
                presenceHandler,
                subscriptions,
                sessions,
                config.limits(),
                counters,
                audit);
        return new MessageRouter(
                registry,
                joins,
                credentials,
                queries,
                presenceHandler,
                subscriptions,
                topics,
                tools,
                conversations,
                workers,
                config.limits(),
                timers,
                counters);
    }

    @Produces
    @Singleton
    CredentialHandler credentials(
            Authenticator authenticator, LiveCredentials live, SubscriptionHandler subscriptions, Clock clock) {
        return new CredentialHandler(authenticator, live, subscriptions, clock);
    }

    @Produces
    @Singleton
    AgentChannels agents(SynapseConfig config, ConnectionRegistry registry, Counters counters) {
        return new AgentChannels(registry, config.limits(), counters);
    }

    @Produces
    @Singleton
    GatewayRouter gatewayRouter(
            SynapseConfig config,
            Clock clock,
            Timers timers,
            Counters counters,
            ConnectionRegistry registry,
            AgentChannels agents,
            QueryHandler queries,
            SubscriptionHandler subscriptions,
            TopicHandler topics,
            ToolHandler tools,
            ConversationHandler conversations,
            WorkerHandler workers,
            ChannelHandler channels,
            SessionHandler sessions,
            CredentialHandler credentials) {
        return new GatewayRouter(
                registry,
                agents,
                queries,
                subscriptions,
                topics,
                tools,
                conversations,
                workers,
                channels,
                sessions,
                credentials,
                config.limits(),
                clock,
                timers,
                counters);
    }

    @Produces
    @Singleton
    QueryHandler queryHandler(
            SynapseConfig config, QueryService queries, ToolRegistry tools, Clock clock, Audit audit) {
        return new QueryHandler(queries, tools, config.query(), clock, audit);
    }

    @Produces
    @Singleton
    Heartbeats heartbeats(SynapseConfig config, Ticker ticker, Counters counters, ManagedPool pool) {
        return new Heartbeats(config.heartbeat(), ticker, new TaskQueue(pool, ManagedThreads.PINGER_THREADS), counters);
    }

    @Produces
    @Singleton
    Rates rates(SynapseConfig config, Ticker ticker, Counters counters) {
        return new Rates(config.guard().rates(), ticker, counters);
    }

    @Produces
    @Singleton
    SocketDependencies sockets(
            SynapseConfig config,
            Rates rates,
            Ticker ticker,
            Timers timers,
            Ids ids,
            Counters counters,
            Heartbeats heartbeats,
            Audit audit,
            ManagedPool pool) {
        return new SocketDependencies(
                new Connection.Environment(config.outbox(), ticker, timers, counters),
                config.limits(),
                new Guard.Environment(rates, config.limits(), timers, counters),
                ids,
                counters,
                heartbeats,
                audit,
                new TaskQueue(pool, ManagedThreads.CLOSER_THREADS),
                new TaskQueue(pool, ManagedThreads.CUTTER_THREADS),
                new TyrusIdleTimer(config.tyrusIdleTimerOff()),
                new LibertySelectors(timers));
    }

    @Produces
    @Singleton
    CortexDependencies cortex(SynapseConfig config, SocketDependencies sockets, MessageRouter router) {
        LimitsConfig limits = config.limits();
        return new CortexDependencies(
                sockets,
                router,
                new PhoenixCodecs(limits.nestingDepth(), limits.messageBytes()),
                new HeartbeatRule(config.heartbeat().idleTimeout(), CloseReason.IDLE, Traffic.HEARD, Optional.empty()));
    }

    @Produces
    @Singleton
    GatewayDependencies gateway(SynapseConfig config, SocketDependencies sockets, GatewayRouter router) {
        LimitsConfig limits = config.limits();
        GatewayConfig.Batch batch = config.gateway().batch();
        return new GatewayDependencies(
                sockets,
                router,
                new ObjectCodecs(
                        limits.nestingDepth(),
                        limits.messageBytes(),
                        new FrameBounds(batch.bytes(), batch.messages(), batch.deflateBytes())),
                new HeartbeatRule(
                        config.heartbeat().gatewayIdleTimeout(),
                        CloseReason.GATEWAY_IDLE,
                        Traffic.MESSAGES,
                        Optional.of(router::ping)));
    }

    @Produces
    @Singleton
    NodeState state(SynapseConfig config, QueryService queries) {
        return new NodeState(config, queries);
    }

    @Produces
    @Singleton
    Drain drain(
            SynapseConfig config,
            ConnectionRegistry registry,
            QueryService queries,
            Cluster cluster,
            Ticker ticker,
            Timers timers,
            Counters counters) {
        // A client that follows a query goes on at another node, as long as that can know of it.
        HandOver handOver =
                () -> cluster.nodes().isShared() && cluster.trouble().isEmpty();
        return new Drain(
                config.drain(),
                registry,
                queries,
                handOver,
                new Drain.Environment(ticker, timers, new SplittableRandom(), counters));
    }

    @Produces
    @Singleton
    LastWait lastWait(SynapseConfig config, Drain drain) {
        return new LastWait(config.drain(), drain);
    }

    @Produces
    @Singleton
    NodeInfo info(SynapseConfig config) {
        return new NodeInfo(version(), config.mode(), config.query().engine(), HealthPlace.of(System::getProperty));
    }

    // The build writes it: a WAR's manifest is not the one its classes are asked for.
    private static String version() {
        try (InputStream file = NodeInfo.class.getResourceAsStream("/io/synapse/version.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Produces
    @Singleton
    QueueReport queues(
            SynapseConfig config,
            TopicHub topics,
            ConnectionRegistry registry,
            QueryService queries,
            Workers workers,
            Ticker ticker,
            Clock clock) {
        return new QueueReport(config, topics, registry, queries, workers, ticker, clock);
    }

    @Produces
    @Singleton
    PrometheusText metrics(
            Counters counters,
            ConnectionRegistry registry,
            QueryService queries,
            Workers workers,
            PresenceTracker presence,
            TopicHub topics,
            SessionStore sessions,
            ConversationStore conversations) {
        return new PrometheusText(counters, registry, queries, workers, presence, topics, sessions, conversations);
    }
}
