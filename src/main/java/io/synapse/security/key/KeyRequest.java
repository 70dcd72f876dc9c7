package io.synapse.security.key;

import io.synapse.security.Role;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a new key is to be. Immutable.
 *
 * @param name who will use it, as {@link #NAME} allows; the subject of whoever shows it
 * @param tenant whom it belongs to; empty for the only one
 * @param agents the agents it may join; empty means all
 * @param topics the patterns of the topics it may use; empty means all that its roles may
 * @param roles what it may be; not empty
 * @param expiresAt when it ends, if it does
 */
public record KeyRequest(
        String name,
        String tenant,
        Set<String> agents,
        Set<String> topics,
        Set<Role> roles,
        Optional<Instant> expiresAt) {

    /** Names of keys: no blanks and no colons, because the subjects of other issuers have one. */
    public static final Pattern NAME = Pattern.compile("[^:|\\s\\p{Cntrl}]{1,64}");

    /** Copies the sets. */
    public KeyRequest {
        agents = Set.copyOf(agents);
        topics = Set.copyOf(topics);
        roles = Set.copyOf(roles);
    }
}
