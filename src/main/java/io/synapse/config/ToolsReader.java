package io.synapse.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Reads what the configuration says of tools. */
final class ToolsReader {

    private static final String ROLES = "synapse.tools.roles";

    private final ConfigReader reader;

    ToolsReader(ConfigReader reader) {
        this.reader = reader;
    }

    ToolsConfig read() {
        Map<String, Set<String>> byTool = new LinkedHashMap<>();
        for (String entry : reader.list(ROLES)) {
            int equals = entry.indexOf('=');
            if (equals < 1) {
                throw new ConfigException(ROLES, "must be tool=role|role: " + entry);
            }
            String roles = entry.substring(equals + 1);
            Set<String> named = roles.isEmpty() ? Set.of() : Set.of(roles.split("\\|", -1));
            if (!ConfigReader.ROLES.containsAll(named)) {
                throw new ConfigException(ROLES, "must have roles of " + ConfigReader.ROLES + ": " + entry);
            }
            if (byTool.put(entry.substring(0, equals), named) != null) {
                throw new ConfigException(ROLES, "has two entries for " + entry.substring(0, equals));
            }
        }
        return new ToolsConfig(byTool);
    }
}
