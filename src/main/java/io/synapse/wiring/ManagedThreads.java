package io.synapse.wiring;

import io.synapse.config.SynapseConfig;
import io.synapse.engine.openai.OpenAiEngine;
import io.synapse.platform.ManagedPool;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.concurrent.ManagedThreadFactoryDefinition;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The threads of this application, made by the container. */
@ApplicationScoped
@ManagedThreadFactoryDefinition(name = ManagedThreads.FACTORY)
public class ManagedThreads {

    /** The JNDI name of the factory. */
    public static final String FACTORY = "java:app/concurrent/synapse-threads";

    static final int CALLBACK_THREADS = 4;
    static final int CLOSER_THREADS = 4;
    static final int CUTTER_THREADS = 2;
    static final int PRESENCE_THREADS = 2;
    static final int PINGER_THREADS = 2;
    static final int KEEPER_THREADS = 1;
    static final int CONSUL_THREADS = 1;
    static final int REDIS_THREADS = 4;

    @Resource(lookup = FACTORY)
    private ManagedThreadFactory factory;

    /** What makes a thread. */
    ManagedThreadFactory factory() {
        return factory;
    }

    @Produces
    @Singleton
    ManagedPool pool(SynapseConfig config) {
        int others = CALLBACK_THREADS
                + CLOSER_THREADS
                + CUTTER_THREADS
                + PRESENCE_THREADS
                + PINGER_THREADS
                + KEEPER_THREADS
                + CONSUL_THREADS
                + (config.cluster().isShared() ? REDIS_THREADS : 0)
                + OpenAiEngine.HTTP_THREADS;
        return new ManagedPool(factory, config.query().maxConcurrent() + others);
    }

    // Static: WildFly has ended the application scope, and this bean with it, when it disposes.
    static void close(@Disposes ManagedPool pool) {
        pool.close();
    }
}
