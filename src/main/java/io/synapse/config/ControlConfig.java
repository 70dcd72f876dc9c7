package io.synapse.config;

import java.util.Optional;

/**
 * How services find this node, and what they tell it.
 *
 * @param websocketUrl where clients reach it: {@code wss://…}, without a path; empty: where the request came
 * @param mcp whether there is an MCP server
 * @param consul how it is registered; empty: not at all
 */
public record ControlConfig(Optional<String> websocketUrl, boolean mcp, Optional<ConsulConfig> consul) {}
