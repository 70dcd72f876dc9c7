package io.synapse.query;

import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import java.time.Duration;

/**
 * What queries need that are shared with other nodes.
 *
 * @param directory what all nodes know of queries
 * @param nodes which there are
 * @param post how they talk to each other
 * @param lease how long a node that is not heard of is taken to be alive
 * @param patience how long another node may take for an answer, beside what it has to wait for itself
 */
public record Sharing(QueryDirectory directory, Nodes nodes, Post post, Duration lease, Duration patience) {}
