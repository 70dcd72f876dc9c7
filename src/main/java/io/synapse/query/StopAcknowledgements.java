package io.synapse.query;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Those who asked to stop one query, until they are told how it went. Safe for use by many threads; nobody is told with
 * the lock held.
 */
final class StopAcknowledgements {

    private static final System.Logger LOGGER = System.getLogger(StopAcknowledgements.class.getName());

    /** Null once nobody can be told any more that the query was stopped. */
    private List<Consumer<StopOutcome>> waiting = new ArrayList<>();

    private StopOutcome outcome;

    /** Takes one who will be told; false if it is too late for that. */
    synchronized boolean add(Consumer<StopOutcome> acknowledge) {
        boolean waits = waiting != null && outcome == null;
        if (waits) {
            waiting.add(acknowledge);
        }
        return waits;
    }

    /** Tells those who wait; whoever comes later is told the same by {@link #outcome()}. */
    void tell(StopOutcome stopped) {
        List<Consumer<StopOutcome>> told;
        synchronized (this) {
            outcome = stopped;
            told = List.copyOf(waiting);
        }
        for (Consumer<StopOutcome> acknowledge : told) {
            try {
                acknowledge.accept(stopped);
            } catch (RuntimeException e) {
                LOGGER.log(Level.WARNING, "an interrupt could not be acknowledged", e);
            }
        }
    }

    /** The query has its result. */
    synchronized void close() {
        waiting = null;
    }

    /** How it went; null while nobody was told. */
    synchronized StopOutcome outcome() {
        return outcome;
    }
}
