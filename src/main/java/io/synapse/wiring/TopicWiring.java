package io.synapse.wiring;

import io.synapse.cluster.Cluster;
import io.synapse.cluster.redis.RedisBroker;
import io.synapse.cluster.redis.RedisLink;
import io.synapse.cluster.redis.RedisSessions;
import io.synapse.config.SynapseConfig;
import io.synapse.config.TopicsConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.NodeName;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.Publication;
import io.synapse.routing.AgentChannels;
import io.synapse.routing.ChannelHandler;
import io.synapse.routing.Channels;
import io.synapse.routing.EngineChannels;
import io.synapse.routing.QueryHandler;
import io.synapse.routing.SessionHandler;
import io.synapse.routing.SubscriptionHandler;
import io.synapse.routing.TopicHandler;
import io.synapse.security.TopicAccess;
import io.synapse.session.MemorySessions;
import io.synapse.session.SessionStore;
import io.synapse.stream.Broker;
import io.synapse.stream.BrokerBounds;
import io.synapse.stream.MemoryBroker;
import io.synapse.stream.StreamBounds;
import io.synapse.topic.Patterns;
import io.synapse.topic.TopicHub;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/** Topics. */
@ApplicationScoped
public class TopicWiring {

    @Produces
    @Singleton
    Broker<Publication> broker(
            SynapseConfig config,
            Cluster cluster,
            Ids ids,
            Clock clock,
            Ticker ticker,
            Timers timers,
            Counters counters) {
        TopicsConfig topics = config.topics();
        BrokerBounds bounds = new BrokerBounds(
                window(topics), topics.maxTopics(), topics.totalBytes(), topics.keys(), topics.keyAge());
        Optional<RedisLink> redis = ClusterWiring.redis(cluster);
        if (redis.isEmpty()) {
            return new MemoryBroker<>(bounds, Publication::bytes, Publication::digest, ids, ticker);
        }
        return new RedisBroker<>(
                redis.get(),
                new RedisBroker.Settings(
                        cluster.nodes().self(),
                        bounds,
                        topics.localWhenAway(),
                        config.cluster().redis().timeout()),
                new PublicationCodec(),
                new RedisBroker.Environment(ids, clock, ticker, timers, counters));
    }

    // Static: WildFly has ended the application scope, and this bean with it, when it disposes. And it
    // needs no class that was not needed before: Open Liberty loads none any more when the WAR is gone from its folder.
    static void close(@Disposes Broker<Publication> broker) {
        broker.close();
    }

    @Produces
    @Singleton
    TopicHub hub(SynapseConfig config, Broker<Publication> broker, Ids ids, Ticker ticker, Counters counters) {
        TopicsConfig topics = config.topics();
        Patterns patterns = new Patterns(window(topics), topics.maxPatterns(), ids, ticker);
        return new TopicHub(broker, topics, patterns, counters);
    }

    private static StreamBounds window(TopicsConfig topics) {
        return new StreamBounds(topics.historyCount(), topics.historyBytes(), topics.historyAge());
    }

    @Produces
    @Singleton
    TopicAccess access(SynapseConfig config) {
        return new TopicAccess(config.mode(), config.topics().access());
    }

    @Produces
    @Singleton
    Channels channels(SynapseConfig config) {
        return new Channels(config.gateway());
    }

    @Produces
    @Singleton
    SubscriptionHandler subscriptions(SynapseConfig config, TopicHub hub, TopicAccess access, Channels channels) {
        return new SubscriptionHandler(hub, access, config.topics(), channels);
    }

    @Produces
    @Singleton
    SessionStore sessions(
            SynapseConfig config, Ids ids, Ticker ticker, Timers timers, Counters counters, Cluster cluster) {
        MemorySessions local = new MemorySessions(config.session(), ticker, timers, counters);
        return ClusterWiring.redis(cluster)
                .<SessionStore>map(link -> new RedisSessions(
                        local,
                        new RedisSessions.Sharing(
                                link,
                                cluster.nodes(),
                                cluster.post(),
                                ids,
                                timers,
                                config.session().keep(),
                                config.cluster().lease(),
                                config.cluster().redis().timeout()),
                        counters))
                .orElse(local);
    }

    @Produces
    @Singleton
    SessionHandler sessionHandler(
            SynapseConfig config, SessionStore store, SubscriptionHandler subscriptions, QueryHandler queries) {
        return new SessionHandler(store, subscriptions, queries, config.session());
    }

    @Produces
    @Singleton
    TopicHandler handler(SynapseConfig config, TopicHub hub, TopicAccess access, Clock clock, Counters counters) {
        return new TopicHandler(hub, access, config.topics(), clock, counters);
    }

    @Produces
    @Singleton
    ChannelHandler channelHandler(
            SynapseConfig config,
            TopicHub hub,
            SubscriptionHandler subscriptions,
            AgentChannels agents,
            QueryHandler queries,
            TopicAccess access,
            ConnectionRegistry registry,
            Channels channels,
            NodeName node,
            Ids ids,
            Clock clock,
            Counters counters) {
        return new ChannelHandler(
                hub,
                subscriptions,
                new EngineChannels(channels, agents, queries, ids),
                access,
                registry,
                channels,
                config.topics(),
                node.text(),
                clock,
                counters);
    }
}
