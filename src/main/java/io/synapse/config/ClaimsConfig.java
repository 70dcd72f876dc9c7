package io.synapse.config;

import java.util.Optional;
import java.util.Set;

/**
 * Where a token of another issuer says what Synapse needs to know. A claim is named as it is, or by a path with dots
 * through objects, such as {@code realm_access.roles}.
 *
 * @param subject who it is
 * @param roles the roles
 * @param tenant whom the client belongs to; empty if there are no tenants, otherwise every token must say it
 * @param agents the agents it may join; empty if all may join all, otherwise every token must name some, or {@code *}
 * @param topics the patterns of topics it may use; the same
 * @param defaultRoles the roles of a token that does not have the claim for them
 */
public record ClaimsConfig(
        String subject,
        String roles,
        Optional<String> tenant,
        Optional<String> agents,
        Optional<String> topics,
        Set<String> defaultRoles) {

    /** Copies the set. */
    public ClaimsConfig {
        defaultRoles = Set.copyOf(defaultRoles);
    }
}
