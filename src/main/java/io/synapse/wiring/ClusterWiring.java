package io.synapse.wiring;

import io.synapse.cluster.Alone;
import io.synapse.cluster.Cluster;
import io.synapse.cluster.redis.RedisCluster;
import io.synapse.cluster.redis.RedisLink;
import io.synapse.config.SynapseConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;

/** The nodes that share their state. */
@ApplicationScoped
public class ClusterWiring {

    private static final int SUFFIX = 8;

    @Produces
    @Singleton
    Cluster cluster(SynapseConfig config, Ids ids, Ticker ticker, Timers timers, Counters counters, ManagedPool pool) {
        // Another name after each start: what is kept of the one before is not this one's.
        String self = config.gateway().node().orElse("node") + '-' + ids.next().substring(0, SUFFIX);
        return config.cluster().isShared()
                ? new RedisCluster(
                        config.cluster(),
                        self,
                        ids,
                        new RedisLink.Environment(
                                new TaskQueue(pool, ManagedThreads.REDIS_THREADS), timers, ticker, counters))
                : new Alone(self);
    }

    // Static: WildFly has ended the application scope, and this bean with it, when it disposes.
    static void close(@Disposes Cluster cluster) {
        if (cluster instanceof RedisCluster redis) {
            redis.close();
        }
    }

    /** The connection to Redis, for those whose state is shared. */
    static Optional<RedisLink> redis(Cluster cluster) {
        return cluster instanceof RedisCluster redis ? Optional.of(redis.link()) : Optional.empty();
    }
}
