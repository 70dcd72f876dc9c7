package io.synapse.operations;

import io.synapse.config.DrainConfig;
import java.lang.System.Logger.Level;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Holds up the end of the application until the node is drained, where the server still has its connections then. Safe for
 * use by many threads.
 */
public final class LastWait {

    private static final System.Logger LOGGER = System.getLogger(LastWait.class.getName());

    private final DrainConfig config;
    private final Drain drain;
    private volatile boolean over;

    /**
     * One of a node.
     *
     * @param config whether there is a wait at all
     * @param drain what is waited for
     */
    public LastWait(DrainConfig config, Drain drain) {
        this.config = config;
        this.drain = drain;
    }

    /** From now on there is nothing to wait for any more. */
    public void over() {
        over = true;
    }

    /**
     * Drains, if {@code synapse.drain.on-stop} says so, and waits for it. Returns at once when that was done before, or when
     * nobody is there any more who could be told anything, as where the server closes its connections first.
     */
    public void await() {
        if (!config.onStop() || over || !drain.isWorthIt()) {
            return;
        }
        drain.begin();
        try {
            drain.ended().toCompletableFuture().get(drain.longest().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOGGER.log(Level.WARNING, "the node stops before it is drained: {0}", drain.progress());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOGGER.log(Level.WARNING, "the server does not wait for the drain: {0}", drain.progress());
        }
    }
}
