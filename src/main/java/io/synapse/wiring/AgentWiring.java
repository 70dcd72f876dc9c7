package io.synapse.wiring;

import io.synapse.agent.Workers;
import io.synapse.config.SynapseConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Timers;
import io.synapse.routing.WorkerHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The workers of agents. */
@ApplicationScoped
public class AgentWiring {

    @Produces
    @Singleton
    Workers workers(SynapseConfig config, Clock clock, Timers timers, Ids ids, Counters counters) {
        return new Workers(new Workers.Environment(config.agents(), clock, timers, ids, counters));
    }

    @Produces
    @Singleton
    WorkerHandler handler(Workers workers) {
        return new WorkerHandler(workers);
    }
}
