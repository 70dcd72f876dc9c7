package io.synapse.operations;

import io.synapse.connection.Heartbeats;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.Timeout;
import jakarta.ejb.TimerConfig;
import jakarta.ejb.TimerService;
import jakarta.ejb.TransactionManagement;
import jakarta.ejb.TransactionManagementType;
import jakarta.inject.Inject;
import java.lang.System.Logger.Level;

/**
 * The timer that evicts silent connections. Not persistent: it has nothing to remember, and Open Liberty would want a
 * database for it.
 */
@Singleton
@Startup
@TransactionManagement(TransactionManagementType.BEAN)
public class HeartbeatSweep {

    private static final System.Logger LOGGER = System.getLogger(HeartbeatSweep.class.getName());

    @Resource
    private TimerService timers;

    @Inject
    private Heartbeats heartbeats;

    @PostConstruct
    void start() {
        long period = heartbeats.period().toMillis();
        timers.createIntervalTimer(period, period, new TimerConfig("synapse-heartbeats", false));
    }

    @Timeout
    void sweep() {
        try {
            heartbeats.sweep();
        } catch (RuntimeException | Error e) {
            // A container gives up a timer that fails a few times.
            LOGGER.log(Level.ERROR, "looking after connections failed", e);
        }
    }
}
