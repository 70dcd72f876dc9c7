/**
 * The MCP server: the control API as tools for language models, at {@code /mcp}. The protocol is the official SDK's; HTTP, who calls
 * and what may be asked are ours.
 */
package io.synapse.endpoint.mcp;
