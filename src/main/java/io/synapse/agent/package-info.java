/**
 * Agents that are programs of their own: workers connect as clients do and register for an agent, queries of that agent are
 * given to them, and what they say of them is streamed. How they are connected is somebody else's business.
 */
package io.synapse.agent;
