package io.synapse.wiring;

import io.synapse.cluster.Cluster;
import io.synapse.cluster.redis.RedisConversations;
import io.synapse.config.SynapseConfig;
import io.synapse.conversation.ConversationStore;
import io.synapse.conversation.MemoryConversations;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.query.ConversationGate;
import io.synapse.routing.ConversationHandler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** What was said before, and the order of what is asked now. */
@ApplicationScoped
public class ConversationWiring {

    @Produces
    @Singleton
    ConversationStore conversations(
            SynapseConfig config, Cluster cluster, Clock clock, Ticker ticker, Timers timers, Counters counters) {
        return ClusterWiring.redis(cluster)
                .<ConversationStore>map(link -> new RedisConversations(link, config.conversation(), clock, counters))
                .orElseGet(() -> new MemoryConversations(config.conversation(), ticker, timers, counters));
    }

    @Produces
    @Singleton
    ConversationGate gate(SynapseConfig config, ConversationStore store, Counters counters) {
        return new ConversationGate(store, config.conversation(), counters);
    }

    @Produces
    @Singleton
    ConversationHandler handler(SynapseConfig config, ConversationStore store, ConversationGate gate) {
        return new ConversationHandler(store, gate, config.conversation().pageSize());
    }
}
