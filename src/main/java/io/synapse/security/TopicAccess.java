package io.synapse.security;

import io.synapse.config.Mode;
import io.synapse.config.TopicAccessConfig;
import io.synapse.protocol.TopicPattern;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which topics a client may subscribe to and publish on. Development mode, which lets in this machine only, allows all.
 * Safe for use by many threads.
 */
public final class TopicAccess {

    private static final String AGENT = "{agent}";

    private static final Pattern MORE_THAN_A_SEGMENT = Pattern.compile("[:./*]");

    /** Makes a pattern for those who have joined an agent, or none. */
    @FunctionalInterface
    private interface Rule {
        Optional<TopicPattern> pattern(String agent);
    }

    private final boolean open;
    private final Map<Role, List<Rule>> subscribe;
    private final Map<Role, List<Rule>> publish;

    /**
     * A policy.
     *
     * @param mode development or production
     * @param config patterns by role
     */
    public TopicAccess(Mode mode, TopicAccessConfig config) {
        open = mode == Mode.DEVELOPMENT;
        subscribe = rules(config.subscribe());
        publish = rules(config.publish());
    }

    private static Map<Role, List<Rule>> rules(Map<String, List<String>> byGroup) {
        Map<Role, List<Rule>> rules = new EnumMap<>(Role.class);
        byGroup.forEach((group, patterns) -> {
            List<Rule> ofRole = new ArrayList<>();
            patterns.forEach(pattern -> ofRole.add(rule(pattern)));
            rules.put(Role.of(group).orElseThrow(), ofRole);
        });
        return rules;
    }

    // The agent is one segment: a name with more, or with a star, could reach into the topics of another agent.
    private static Rule rule(String text) {
        if (text.contains(AGENT)) {
            return agent -> agent == null || MORE_THAN_A_SEGMENT.matcher(agent).find()
                    ? Optional.empty()
                    : TopicPattern.parse(text.replace(AGENT, agent));
        }
        Optional<TopicPattern> pattern = Optional.of(TopicPattern.parse(text).orElseThrow());
        return agent -> pattern;
    }

    /**
     * Whether a client may receive everything that a topic or pattern names.
     *
     * @param identity who
     * @param agent the agent it has joined; null on a socket without joins
     * @param wanted a topic or a pattern
     * @return whether it may
     */
    public boolean maySubscribe(Identity identity, String agent, TopicPattern wanted) {
        return isAllowed(subscribe, identity, agent, wanted);
    }

    /**
     * Whether a client may publish on a topic.
     *
     * @param identity who
     * @param agent the agent it has joined; null on a socket without joins
     * @param topic the topic
     * @return whether it may
     */
    public boolean mayPublish(Identity identity, String agent, TopicPattern topic) {
        return isAllowed(publish, identity, agent, topic);
    }

    // The patterns of the configuration and of credentials name topics of whatever tenant the client is of.
    private boolean isAllowed(Map<Role, List<Rule>> byRole, Identity identity, String agent, TopicPattern wanted) {
        TopicPattern bare = wanted.of("");
        return isWithin(identity, bare) && (open || isCovered(byRole, identity, agent, bare));
    }

    private static boolean isCovered(
            Map<Role, List<Rule>> byRole, Identity identity, String agent, TopicPattern wanted) {
        return identity.roles().stream()
                .flatMap(role -> byRole.getOrDefault(role, List.of()).stream())
                .anyMatch(rule -> rule.pattern(agent)
                        .filter(pattern -> pattern.covers(wanted))
                        .isPresent());
    }

    // What is no pattern names nothing, so it widens nothing.
    private static boolean isWithin(Identity identity, TopicPattern wanted) {
        return identity.topics().isEmpty()
                || identity.topics().stream()
                        .flatMap(pattern -> TopicPattern.parse(pattern).stream())
                        .anyMatch(pattern -> pattern.covers(wanted));
    }
}
