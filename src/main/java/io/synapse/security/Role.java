package io.synapse.security;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What a client may be to Synapse; the names are the groups of the realm. */
public enum Role {
    /** Asks agents. */
    USER("synapse-user"),
    /** Publishes, and serves channels. */
    PUBLISHER("synapse-publisher"),
    /** Is an agent. */
    AGENT("synapse-agent"),
    /** Runs the server. */
    ADMIN("synapse-admin");

    private final String group;

    Role(String group) {
        this.group = group;
    }

    /**
     * The name in configuration, tokens and realm.
     *
     * @return lower-case
     */
    public String group() {
        return group;
    }

    /**
     * Finds a role.
     *
     * @param group its name
     * @return the role, or empty if there is none
     */
    public static Optional<Role> of(String group) {
        for (Role role : values()) {
            if (role.group.equals(group)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }

    /**
     * All roles that names stand for; names that mean nothing here are left out, as a realm has groups of its own.
     *
     * @param groups names
     * @return the roles
     */
    public static Set<Role> of(Iterable<String> groups) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String group : groups) {
            of(group).ifPresent(roles::add);
        }
        return roles;
    }
}
