/**
 * Nodes that work together: which there are, and how they talk to each other. Nothing here knows by what means; a node alone
 * has implementations that know of no other.
 */
package io.synapse.cluster;
