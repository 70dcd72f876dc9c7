package io.synapse.security.key;

import io.synapse.platform.Timers;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/**
 * Gathers when keys are used, to the minute, and has them kept once a minute: a disk is not written for each client that comes.
 * Holds one time for each key. Safe for use by many threads.
 */
public final class Uses {

    private static final System.Logger LOG = System.getLogger(Uses.class.getName());
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final KeyStore store;
    private final Timers timers;
    private final Executor writer;
    private final Map<String, Instant> seen = new HashMap<>();
    private boolean scheduled;

    /**
     * Nothing is used yet.
     *
     * @param store keeps the times
     * @param timers says when to
     * @param writer waits for the disk
     */
    public Uses(KeyStore store, Timers timers, Executor writer) {
        this.store = store;
        this.timers = timers;
        this.writer = writer;
    }

    synchronized void note(String id, Instant now) {
        Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
        boolean known = store.find(id)
                .flatMap(ManagedKey::lastUsedAt)
                .filter(minute::equals)
                .isPresent();
        if (!known && seen.put(id, minute) == null && !scheduled) {
            scheduled = true;
            timers.after(INTERVAL, () -> writer.execute(this::keep));
        }
    }

    /** Has kept now what was noted. What cannot be kept is lost, which the log says: no client waits for it. */
    public void keep() {
        Map<String, Instant> uses;
        synchronized (this) {
            scheduled = false;
            uses = Map.copyOf(seen);
            seen.clear();
        }
        if (uses.isEmpty()) {
            return;
        }
        try {
            store.used(uses);
        } catch (UncheckedIOException e) {
            LOG.log(System.Logger.Level.WARNING, "when keys were used last could not be kept", e);
        }
    }
}
