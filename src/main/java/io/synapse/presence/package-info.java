/**
 * Who is there: the members of a topic, and what those who watch it are told. The interfaces say what any implementation
 * must do, one that spans nodes too; {@link io.synapse.presence.MemoryPresence} does it on one node.
 */
package io.synapse.presence;
