package io.synapse.security;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who a client is. Immutable.
 *
 * @param subject the name of the API key; whose share of the places for queries is used
 * @param agents the agents it may join; empty means all
 * @param roles what it may be
 */
public record Identity(String subject, Set<String> agents, Set<Role> roles) {

    /** Copies the sets. */
    public Identity {
        agents = Set.copyOf(agents);
        roles = Set.copyOf(roles);
    }

    /**
     * A client that asks agents.
     *
     * @param subject the name of the API key; whose share of the places for queries is used
     * @param agents the agents it may join; empty means all
     */
    public Identity(String subject, Set<String> agents) {
        this(subject, agents, Set.of(Role.USER));
    }

    /**
     * The names of its roles, as tools name them.
     *
     * @return names such as {@code synapse-user}
     */
    public Set<String> groups() {
        return roles.stream().map(Role::group).collect(Collectors.toUnmodifiableSet());
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
