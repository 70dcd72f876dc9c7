package io.synapse.operations;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the application has started. Payara lets health probes in while it still deploys, when the configuration of
 * the WAR cannot be read yet; a probe that came too early must not build anything from half of it. Safe for use by many
 * threads.
 */
@ApplicationScoped
public class StartSignal {

    private final List<Runnable> waiting = new ArrayList<>();
    private volatile boolean given;

    /** Everything is built. */
    public void give() {
        List<Runnable> toRun;
        synchronized (waiting) {
            given = true;
            toRun = List.copyOf(waiting);
            waiting.clear();
        }
        toRun.forEach(Runnable::run);
    }

    /**
     * Whether everything is built.
     *
     * @return once true, always true
     */
    public boolean isGiven() {
        return given;
    }

    /**
     * Runs something when everything is built; now, if it is.
     *
     * @param action quick
     */
    public void whenGiven(Runnable action) {
        synchronized (waiting) {
            if (!given) {
                waiting.add(action);
                return;
            }
        }
        action.run();
    }
}
