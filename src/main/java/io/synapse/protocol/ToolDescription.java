package io.synapse.protocol;

/**
 * What clients are told of a tool.
 *
 * @param name by which it is called
 * @param description what it does
 * @param inputSchema what its arguments must be
 */
public record ToolDescription(String name, String description, RawJson inputSchema) {}
