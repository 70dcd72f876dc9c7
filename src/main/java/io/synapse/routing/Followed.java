package io.synapse.routing;

import io.synapse.topic.SubscribeRequest;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one join of a topic followed, and how far, for the join that takes over.
 *
 * @param queries the seq of the last thought sent of each query
 * @param topics how to go on with each subscription
 * @param events the only events wanted; empty means all
 * @param held the session that the join was of, if any
 */
record Followed(
        Map<String, Long> queries,
        Collection<SubscribeRequest> topics,
        Set<String> events,
        Optional<HeldSession> held) {

    static final Followed NOTHING = new Followed(Map.of(), List.of(), Set.of(), Optional.empty());

    Followed {
        queries = Map.copyOf(queries);
        topics = List.copyOf(topics);
        events = Set.copyOf(events);
    }
}
