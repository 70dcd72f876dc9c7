package io.synapse.wiring;

import io.synapse.config.SynapseConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.ManagedTimers;
import io.synapse.platform.NodeName;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Time, ids and threads, from the container. */
@ApplicationScoped
public class PlatformWiring {

    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    Ticker ticker() {
        return Ticker.system();
    }

    @Produces
    @Singleton
    Ids ids() {
        return new RandomIds();
    }

    @Produces
    @Singleton
    NodeName node(SynapseConfig config, Ids ids) {
        return new NodeName(config.gateway().node().orElseGet(ids::next));
    }

    @Produces
    @Singleton
    Counters counters() {
        return new Counters();
    }

    @Produces
    @Singleton
    Timers timers(ManagedThreads threads) {
        return new ManagedTimers(threads.factory());
    }

    // Static: WildFly has ended the application scope, and this bean with it, when it disposes.
    static void close(@Disposes Timers timers) {
        ((ManagedTimers) timers).close();
    }
}
