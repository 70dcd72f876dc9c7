/**
 * The control API: what services and operators do that are not connected themselves. It knows nothing of HTTP; REST and MCP are
 * edges that translate.
 */
package io.synapse.control;
