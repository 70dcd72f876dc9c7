package io.synapse.connection;

import java.util.Set;

/** Which events a client wants to receive. Safe for use by many threads. */
public final class EventFilter {

    private volatile Set<String> wanted = Set.of();

    /**
     * Changes what is wanted.
     *
     * @param events their names; empty means all
     */
    public void set(Set<String> events) {
        wanted = Set.copyOf(events);
    }

    /**
     * What is wanted.
     *
     * @return names of events; empty means all
     */
    public Set<String> wanted() {
        return wanted;
    }

    /**
     * Whether an event is wanted.
     *
     * @param event its name
     * @return whether it is
     */
    public boolean passes(String event) {
        Set<String> present = wanted;
        return present.isEmpty() || present.contains(event);
    }
}
