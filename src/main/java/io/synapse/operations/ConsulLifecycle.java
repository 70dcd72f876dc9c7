package io.synapse.operations;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.inject.Inject;
import java.util.Optional;

/** Registers this node with Consul for as long as the application is deployed, where that is configured. */
@Singleton
@Startup
public class ConsulLifecycle {

    @Inject
    private Optional<ConsulRegistration> registration;

    @Inject
    private StartSignal signal;

    @PostConstruct
    void start() {
        signal.whenGiven(() -> registration.ifPresent(ConsulRegistration::start));
    }

    @PreDestroy
    void stop() {
        registration.ifPresent(ConsulRegistration::stop);
    }
}
