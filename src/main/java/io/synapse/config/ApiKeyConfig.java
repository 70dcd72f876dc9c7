package io.synapse.config;

import java.util.Set;

/**
 * One API key, as it stands in the configuration: {@code name:sha256-in-hex} or {@code
 * name:sha256-in-hex:agent|agent} or {@code
 * name:sha256-in-hex:agent|agent:role|role} or {@code
 * name:sha256-in-hex:agent|agent:role|role:tenant}, where {@code *} means all agents.
 *
 * @param name who uses the key; appears in logs
 * @param sha256 the SHA-256 hash of the key in UTF-8, 64 lower-case hexadecimal digits
 * @param agents the agents it may join; empty means all
 * @param roles the names of its roles; empty means {@code synapse-user}
 * @param tenant whom it belongs to; empty means the only one
 */
public record ApiKeyConfig(String name, String sha256, Set<String> agents, Set<String> roles, String tenant) {

    /** Copies the sets. */
    public ApiKeyConfig {
        agents = Set.copyOf(agents);
        roles = Set.copyOf(roles);
    }

    /** Leaves the hash out: this text may reach a log. */
    @Override
    public String toString() {
        return "ApiKeyConfig[" + name + "]";
    }
}
