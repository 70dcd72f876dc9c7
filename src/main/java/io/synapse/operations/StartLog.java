package io.synapse.operations;

import io.synapse.cluster.Cluster;
import io.synapse.config.Mode;
import io.synapse.config.SynapseConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.protocol.CloseReason;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;

/**
 * Starts everything when the application is deployed, so that a configuration that cannot be used fails the deployment
 * and not the first client; says in the log what was started.
 */
@Singleton
@Startup
public class StartLog {

    private static final System.Logger LOGGER = System.getLogger(StartLog.class.getName());

    @Inject
    private NodeInfo info;

    @Inject
    private SynapseConfig config;

    @Inject
    private NodeState state;

    @Inject
    private StartSignal signal;

    @Inject
    private LastWait last;

    @Inject
    private ConnectionRegistry connections;

    @Inject
    private Cluster cluster;

    @PostConstruct
    void started() {
        cluster.start();
        signal.give();
        LOGGER.log(Level.INFO, "Synapse {0} is started, with the engine {1}", info.version(), info.engine());
        if (info.mode() == Mode.DEVELOPMENT) {
            LOGGER.log(
                    Level.WARNING,
                    "DEVELOPMENT MODE: no credentials are configured, so only clients on this machine are let in, with "
                            + "the key test_key. Set synapse.auth.api-keys for use by others.");
        }
        if (info.mode() == Mode.PRODUCTION && config.guard().isLifted()) {
            LOGGER.log(
                    Level.WARNING, "the limits on clients are lifted: synapse.limits.profile is bench, or each is off");
        }
        state.notReady().ifPresent(reason -> LOGGER.log(Level.ERROR, "Synapse will not serve anybody: {0}", reason));
    }

    @PreDestroy
    void stopping() {
        // Open Liberty tells this before it tells servlets, when its connections are gone already.
        last.over();
        state.stop();
        connections.listActive().forEach(connection -> connection.close(CloseReason.GOING_AWAY));
        cluster.stop();
        LOGGER.log(Level.INFO, "Synapse stops");
    }
}
