package io.synapse.config;

import java.time.Duration;
import java.util.List;

/**
 * Agents that are served by workers, which are programs of their own that connect as clients do.
 *
 * @param remote names of agents that only workers serve; one that ends with {@code *} stands for all that begin so
 * @param open whether workers may register for any other agent, too, which they then serve in place of the engine
 * @param patience how long a query waits until a worker is free to take it
 * @param acceptTimeout how long a worker has to say something about a task that it was given
 * @param cancelTimeout how long a query that has ended keeps its place for a worker that does not say that it stopped
 * @param handOvers how often a task is given to another worker after the first
 * @param maxCapacity tasks that one worker may have at a time
 */
public record AgentsConfig(
        List<String> remote,
        boolean open,
        Duration patience,
        Duration acceptTimeout,
        Duration cancelTimeout,
        int handOvers,
        int maxCapacity) {

    private static final String REST = "*";

    /** Copies the list. */
    public AgentsConfig {
        remote = List.copyOf(remote);
    }

    /**
     * Whether only workers serve an agent.
     *
     * @param agent its name
     * @return whether the configuration names it
     */
    public boolean isRemote(String agent) {
        return remote.stream()
                .anyMatch(name -> name.endsWith(REST)
                        ? agent.startsWith(name.substring(0, name.length() - REST.length()))
                        : agent.equals(name));
    }

    /**
     * Whether workers may serve an agent at all.
     *
     * @param agent its name
     * @return whether they may
     */
    public boolean mayBeServed(String agent) {
        return open || isRemote(agent);
    }
}
