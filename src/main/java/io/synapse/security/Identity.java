package io.synapse.security;

import java.util.Set;

/**
 * Who a client is. Immutable.
 *
 * @param subject the name of the API key; for logs
 * @param agents the agents it may join; empty means all
 */
public record Identity(String subject, Set<String> agents) {

    /** Copies the set. */
    public Identity {
        agents = Set.copyOf(agents);
    }

    /**
     * Whether this client may join an agent.
     *
     * @param agent the agent
     * @return whether it may
     */
    public boolean mayJoin(String agent) {
        return agents.isEmpty() || agents.contains(agent);
    }
}
