package io.synapse.config;

import java.util.Map;
import java.util.Set;

/**
 * Who may call which tools.
 *
 * @param roles by the name of a tool the roles of which one is enough, instead of those that the tool names itself; none for a
 *     tool that nobody may call
 */
public record ToolsConfig(Map<String, Set<String>> roles) {}
