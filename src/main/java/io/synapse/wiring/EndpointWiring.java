package io.synapse.wiring;

import io.synapse.config.SynapseConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.endpoint.CortexDependencies;
import io.synapse.endpoint.TyrusIdleTimer;
import io.synapse.operations.NodeInfo;
import io.synapse.operations.NodeState;
import io.synapse.operations.PrometheusText;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.query.QueryService;
import io.synapse.routing.JoinHandler;
import io.synapse.routing.MessageRouter;
import io.synapse.routing.QueryHandler;
import io.synapse.routing.TopicHandler;
import io.synapse.security.Authenticator;
import io.synapse.topic.TopicHub;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

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
    MessageRouter router(
            SynapseConfig config,
            Clock clock,
            Timers timers,
            Counters counters,
            ConnectionRegistry registry,
            QueryService queries,
            TopicHandler topics,
            Authenticator authenticator) {
        QueryHandler queryHandler = new QueryHandler(queries, config.query(), clock);
        JoinHandler joins = new JoinHandler(authenticator, registry, queryHandler, topics, config.limits(), counters);
        return new MessageRouter(registry, joins, queryHandler, topics, config.limits(), timers, counters);
    }

    @Produces
    @Singleton
    CortexDependencies cortex(
            SynapseConfig config,
            MessageRouter router,
            Ticker ticker,
            Timers timers,
            Ids ids,
            Counters counters,
            ManagedPool pool) {
        return new CortexDependencies(
                router,
                new PhoenixCodecs(
                        config.limits().nestingDepth(), config.limits().messageBytes()),
                new Connection.Environment(config.outbox(), ticker, timers, counters),
                config.limits(),
                ids,
                counters,
                new TaskQueue(pool, ManagedThreads.CLOSER_THREADS),
                new TyrusIdleTimer(config.tyrusIdleTimerOff()));
    }

    @Produces
    @Singleton
    NodeState state(SynapseConfig config, QueryService queries) {
        return new NodeState(config, queries);
    }

    @Produces
    @Singleton
    NodeInfo info(SynapseConfig config) {
        return new NodeInfo(version(), config.mode(), config.query().engine());
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
    PrometheusText metrics(Counters counters, ConnectionRegistry registry, QueryService queries, TopicHub topics) {
        return new PrometheusText(counters, registry, queries, topics);
    }
}
