package io.synapse.wiring;

import io.synapse.agent.RemoteEngine;
import io.synapse.agent.Workers;
import io.synapse.budget.MemoryBudgets;
import io.synapse.cluster.Cluster;
import io.synapse.cluster.redis.RedisQueries;
import io.synapse.config.ConfigException;
import io.synapse.config.SynapseConfig;
import io.synapse.engine.QueryEngine;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.query.BoundedAnswers;
import io.synapse.query.ConversationGate;
import io.synapse.query.InterruptManager;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryService;
import io.synapse.query.Runaways;
import io.synapse.query.Sharing;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executor;

/** The life of queries. */
@ApplicationScoped
public class QueryWiring {

    @Produces
    @Singleton
    InterruptManager interrupts() {
        return new InterruptManager();
    }

    /** The engine that the configuration names, of all engines in this application. */
    static QueryEngine choose(Instance<QueryEngine> engines, String wanted) {
        Map<String, QueryEngine> byName = new TreeMap<>();
        for (QueryEngine engine : engines) {
            if (byName.put(engine.name(), engine) != null) {
                throw new ConfigException("synapse.engine", "two engines have the name " + engine.name());
            }
        }
        QueryEngine chosen = byName.get(wanted);
        if (chosen == null) {
            throw new ConfigException(
                    "synapse.engine", "there is no engine " + wanted + "; there are " + byName.keySet());
        }
        return chosen;
    }

    @Produces
    @Singleton
    QueryService queries(
            @Any Instance<QueryEngine> engines,
            SynapseConfig config,
            Clock clock,
            Ticker ticker,
            Timers timers,
            Ids ids,
            Counters counters,
            InterruptManager interrupts,
            ConversationGate gate,
            Workers workers,
            Cluster cluster,
            ManagedPool pool) {
        Executor callbacks = new TaskQueue(pool, ManagedThreads.CALLBACK_THREADS);
        QueryEnvironment environment = new QueryEnvironment(
                config.query(),
                clock,
                ticker,
                timers,
                ids,
                counters,
                callbacks,
                new MemoryBudgets(config.budget(), clock, timers),
                config.replay(),
                new Runaways());
        QueryEngine engine = choose(engines, config.query().engine());
        BoundedAnswers bounded = new BoundedAnswers(
                new RemoteEngine(engine, workers), config.outbox().maxPayloadBytes());
        return new QueryService(bounded, environment, interrupts, pool, gate, sharing(config, cluster, counters));
    }

    private static Optional<Sharing> sharing(SynapseConfig config, Cluster cluster, Counters counters) {
        Duration patience = config.cluster().redis().timeout().multipliedBy(2);
        return ClusterWiring.redis(cluster)
                .map(link -> new Sharing(
                        new RedisQueries(
                                link,
                                cluster.nodes().self(),
                                config.query().maxTimeout(),
                                config.query().keptAge(),
                                counters),
                        cluster.nodes(),
                        cluster.post(),
                        config.cluster().lease(),
                        patience));
    }

    // Static: WildFly has ended the application scope, and this bean with it, when it disposes.
    static void stop(@Disposes QueryService queries) {
        queries.stop();
    }
}
