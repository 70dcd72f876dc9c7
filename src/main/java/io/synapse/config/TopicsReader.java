package io.synapse.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads what the configuration says of topics. */
final class TopicsReader {

    private static final int MIB = 1024 * 1024;
    private static final int MAX_RULE = 255;
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final List<String> POLICIES = List.of("drop-oldest", "disconnect");
    // A star is a segment of its own, and two of them the last one.
    private static final Pattern RULE =
            Pattern.compile("(?:(?:[^*|,=\\s\\p{Cntrl}:./]+|\\*)[:./])*(?:[^*|,=\\s\\p{Cntrl}:./]+|\\*\\*?)");

    private final ConfigReader reader;

    TopicsReader(ConfigReader reader) {
        this.reader = reader;
    }

    TopicsConfig read() {
        return new TopicsConfig(
                reader.integer("synapse.topics.max-topics", 1, 10_000_000),
                reader.integer("synapse.topics.max-patterns", 0, 1_000_000),
                reader.integer("synapse.topics.subscriptions-per-connection", 1, 100_000),
                reader.integer("synapse.topics.message-bytes", 1024, 64 * MIB),
                reader.integer("synapse.topics.history-count", 1, 1_000_000),
                reader.integer("synapse.topics.history-bytes", 1024, 1024 * MIB),
                reader.duration("synapse.topics.history-age", Duration.ofSeconds(1), LONGEST),
                reader.integer("synapse.topics.total-bytes", 1024, Integer.MAX_VALUE),
                reader.integer("synapse.topics.page-size", 1, 10_000),
                reader.integer("synapse.topics.idempotency-keys", 0, 1_000_000),
                reader.duration("synapse.topics.idempotency-age", Duration.ofSeconds(1), LONGEST),
                policy("synapse.topics.slow-policy"),
                localWhenAway("synapse.topics.when-away"),
                new TopicAccessConfig(rules("synapse.topics.subscribe"), rules("synapse.topics.publish")));
    }

    static boolean isRule(String text) {
        return text.length() <= MAX_RULE && RULE.matcher(text).matches();
    }

    private boolean localWhenAway(String name) {
        String text = reader.required(name);
        return switch (text) {
            case "local" -> true;
            case "refuse" -> false;
            default -> throw new ConfigException(name, "must be local or refuse: " + text);
        };
    }

    private String policy(String name) {
        String text = reader.required(name);
        if (!POLICIES.contains(text)) {
            throw new ConfigException(name, "must be one of " + POLICIES + ": " + text);
        }
        return text;
    }

    private Map<String, List<String>> rules(String name) {
        Map<String, List<String>> byRole = new HashMap<>();
        for (String entry : reader.list(name)) {
            int equals = entry.indexOf('=');
            String role = equals < 0 ? entry : entry.substring(0, equals);
            if (equals < 0 || !ConfigReader.ROLES.contains(role)) {
                throw new ConfigException(
                        name, "must be role=pattern|pattern with a role of " + ConfigReader.ROLES + ": " + entry);
            }
            List<String> patterns = new ArrayList<>();
            for (String pattern : entry.substring(equals + 1).split("\\|", -1)) {
                if (!isRule(pattern)) {
                    throw new ConfigException(
                            name,
                            "a pattern has segments divided by : . or /, of which any may be *, the last **: "
                                    + pattern);
                }
                patterns.add(pattern);
            }
            if (byRole.put(role, patterns) != null) {
                throw new ConfigException(name, "has two entries for " + role);
            }
        }
        return byRole;
    }
}
