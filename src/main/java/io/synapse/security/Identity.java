package io.synapse.security;

import io.synapse.protocol.TenantNames;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Who a client is, and what it may. Immutable.
 *
 * @param subject who it is; no two of one tenant that are not the same have one subject. The name of an API key, or the {@code sub} of a token, with where it is from before it unless it is from
 *     here: {@code jwt:ann}, {@code realm:ann}
 * @param tenant whom it belongs to; nothing of one tenant can be seen from another. Empty for the only one, where there are
 *     no tenants
 * @param agents the agents it may join; empty means all
 * @param topics the patterns of the topics it may use, of those that its roles may; empty means all of these
 * @param roles what it may be
 * @param credential what it has shown
 */
public record Identity(
        String subject, String tenant, Set<String> agents, Set<String> topics, Set<Role> roles, Credential credential) {

    private static final Pattern TENANT = Pattern.compile("[^:|\\s\\p{Cntrl}]{1,64}");

    /** Copies the sets. */
    public Identity {
        agents = Set.copyOf(agents);
        topics = Set.copyOf(topics);
        roles = Set.copyOf(roles);
    }

    /**
     * A client with an API key, of no tenant.
     *
     * @param subject the name of the key
     * @param agents the agents it may join; empty means all
     * @param roles what it may be
     */
    public Identity(String subject, Set<String> agents, Set<Role> roles) {
        this(subject, "", agents, Set.of(), roles, Credential.ofKey(subject));
    }

    /**
     * A client with an API key that asks agents.
     *
     * @param subject the name of the key
     * @param agents the agents it may join; empty means all
     */
    public Identity(String subject, Set<String> agents) {
        this(subject, agents, Set.of(Role.USER));
    }

    /**
     * Whose conversations, sessions and budgets are meant: no two tenants have the same.
     *
     * @return the subject, with the tenant before it if there is one
     */
    public String owner() {
        return scoped(subject);
    }

    /**
     * A name among those of all tenants.
     *
     * @param name of something of this tenant
     * @return the name, with the tenant before it if there is one; no client can write that
     */
    public String scoped(String name) {
        return TenantNames.of(tenant, name);
    }

    /**
     * Whose share of the places for queries is used.
     *
     * @return the tenant; the subject, where there are no tenants
     */
    public String payer() {
        return tenant.isEmpty() ? subject : scoped("");
    }

    /**
     * Whether a text can be the name of a tenant.
     *
     * @param name at most 64 characters, no blanks and none of {@code :} and {@code |}
     * @return whether it can
     */
    public static boolean isTenant(String name) {
        return TENANT.matcher(name).matches();
    }

    /**
     * The same with another credential.
     *
     * @param shown what it has shown instead
     * @return the identity
     */
    public Identity with(Credential shown) {
        return new Identity(subject, tenant, agents, topics, roles, shown);
    }

    /**
     * Whether another credential is of the same client, so that it can take the place of this one.
     *
     * @param other whoever has shown that
     * @return whether subject and tenant are the same
     */
    public boolean isSameAs(Identity other) {
        return subject.equals(other.subject) && tenant.equals(other.tenant);
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
     * Whether this client may join an agent. Whoever has no role here may not: a realm knows many who have nothing to do with
     * Synapse.
     *
     * @param agent the agent
     * @return whether it may
     */
    public boolean mayJoin(String agent) {
        return !roles.isEmpty() && (agents.isEmpty() || agents.contains(agent));
    }
}
