package io.synapse.security.login;

import io.synapse.protocol.TopicPattern;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a service asks for when it makes a login for one of its users, and what comes of it: never more than the service may
 * itself, in its own tenant. Two services that name the same user have two subjects, so that neither reaches what belongs to
 * the other's.
 *
 * @param user the name of the user, as the service knows it
 * @param agents the agents it may join; without, those of the service
 * @param topics the patterns of the topics it may use; without, those of the service
 * @param roles what it may be; without, {@code synapse-user}
 */
public record LoginGrant(
        String user, Optional<Set<String>> agents, Optional<Set<String>> topics, Optional<Set<Role>> roles) {

    private static final String PREFIX = "login:";

    /**
     * What came of it.
     *
     * @param identity who the login is for; empty if the service may not make it
     * @param errors by field, what the service must not ask for
     */
    public record Result(Optional<Identity> identity, Map<String, String> errors) {}

    /**
     * The subject of a user.
     *
     * @param maker the service
     * @param user its name for the user
     * @return one that no key and no other service's user has
     */
    public static String subject(Identity maker, String user) {
        return PREFIX + maker.subject() + ":" + user;
    }

    /**
     * Whether a login is for a user of a service.
     *
     * @param maker the service
     * @param login the login
     * @return whether the service has made it, with whatever credential
     */
    public static boolean isOf(Identity maker, Login login) {
        return login.identity().tenant().equals(maker.tenant())
                && login.identity().subject().startsWith(subject(maker, ""));
    }

    /**
     * Decides.
     *
     * @param maker the service
     * @return who the login is for, or what is wrong
     */
    public Result by(Identity maker) {
        Map<String, String> errors = new TreeMap<>();
        Set<Role> be = roles.filter(named -> !named.isEmpty()).orElse(Set.of(Role.USER));
        if (!maker.roles().containsAll(be)) {
            errors.put("roles", "must be among your own" + (roles.isEmpty() ? "; synapse-user is not" : ""));
        }
        Set<String> join = agents.filter(named -> !named.isEmpty()).orElse(maker.agents());
        if (!maker.agents().isEmpty() && !maker.agents().containsAll(join)) {
            errors.put("agents", "must be among your own");
        }
        Set<String> use = topics.filter(named -> !named.isEmpty()).orElse(maker.topics());
        if (!maker.topics().isEmpty() && !use.stream().allMatch(pattern -> covers(maker.topics(), pattern))) {
            errors.put("topics", "must be covered by your own");
        }
        if (!errors.isEmpty()) {
            return new Result(Optional.empty(), errors);
        }
        return new Result(
                Optional.of(new Identity(subject(maker, user), maker.tenant(), join, use, be, maker.credential())),
                Map.of());
    }

    private static boolean covers(Set<String> own, String wanted) {
        Optional<TopicPattern> pattern = TopicPattern.parse(wanted);
        return own.contains(wanted)
                || pattern.isPresent()
                        && own.stream()
                                .flatMap(text -> TopicPattern.parse(text).stream())
                                .anyMatch(mine -> mine.covers(pattern.get()));
    }
}
