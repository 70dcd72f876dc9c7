/**
 * The life of a query: admitted, queued, run on a managed thread, streamed, interrupted or timed out, ended once, kept
 * for a while. A query is known by its agent and its ref, never by the socket that asked.
 */
package io.synapse.query;
