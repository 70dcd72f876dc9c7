package io.synapse.security;

import io.synapse.config.Mode;
import io.synapse.config.TopicAccessConfig;
import io.synapse.protocol.TopicPattern;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Which topics a client may subscribe to and publish on. Development mode, which lets in this machine only, allows all.
 * Safe for use by many threads.
 */
public final class TopicAccess {

    private static final String AGENT = "{agent}";

    private static final Pattern MORE_THAN_A_SEGMENT = Pattern.compile("[:./*]");

    private final boolean open;
    private final TopicAccessConfig config;

    /**
     * A policy.
     *
     * @param mode development or production
     * @param config patterns by role
     */
    public TopicAccess(Mode mode, TopicAccessConfig config) {
        this.open = mode == Mode.DEVELOPMENT;
        this.config = config;
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
        return open || isCovered(config.subscribe(), identity, agent, wanted);
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
        return open || isCovered(config.publish(), identity, agent, topic);
    }

    private static boolean isCovered(
            Map<String, List<String>> byRole, Identity identity, String agent, TopicPattern wanted) {
        for (Role role : identity.roles()) {
            for (String rule : byRole.getOrDefault(role.group(), List.of())) {
                if (covers(rule, agent, wanted)) {
                    return true;
                }
            }
        }
        return false;
    }

    // The agent is one segment: a name with more, or with a star, could reach into the topics of another agent.
    private static boolean covers(String rule, String agent, TopicPattern wanted) {
        if (!rule.contains(AGENT)) {
            return TopicPattern.parse(rule).orElseThrow().covers(wanted);
        }
        if (agent == null || MORE_THAN_A_SEGMENT.matcher(agent).find()) {
            return false;
        }
        String named = rule.replace(AGENT, agent);
        return TopicPattern.parse(named).map(pattern -> pattern.covers(wanted)).orElse(false);
    }
}
