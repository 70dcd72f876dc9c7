package io.synapse.config;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Reads what the configuration says of agents that workers serve. */
final class AgentsReader {

    private static final String REMOTE = "synapse.agents.remote";
    private static final String OPEN = "synapse.agents.open";
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Pattern NAME = Pattern.compile("[^*\\p{Cntrl}]{0,128}\\*?");

    private final ConfigReader reader;
    private final Mode mode;

    AgentsReader(ConfigReader reader, Mode mode) {
        this.reader = reader;
        this.mode = mode;
    }

    AgentsConfig read() {
        return new AgentsConfig(
                remote(),
                reader.required(OPEN).equals("auto") ? mode == Mode.DEVELOPMENT : reader.bool(OPEN),
                reader.duration("synapse.agents.wait", Duration.ZERO, LONGEST),
                reader.duration("synapse.agents.accept-timeout", SHORTEST, LONGEST),
                reader.duration("synapse.agents.cancel-timeout", SHORTEST, LONGEST),
                reader.integer("synapse.agents.hand-overs", 0, 100),
                reader.integer("synapse.agents.max-capacity", 1, 10_000));
    }

    private List<String> remote() {
        List<String> names = reader.list(REMOTE);
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new ConfigException(REMOTE, "must be names of agents, with * at the end only: " + name);
            }
        }
        return names;
    }
}
