package io.synapse.config;

import java.util.List;
import java.util.Map;

/**
 * Which topics each role may use, as patterns in which {@code *} is one segment, {@code **} the rest, and {@code {agent}}
 * the agent that the client has joined.
 *
 * @param subscribe patterns by role
 * @param publish patterns by role
 */
public record TopicAccessConfig(Map<String, List<String>> subscribe, Map<String, List<String>> publish) {

    /** Copies the maps. */
    public TopicAccessConfig {
        subscribe = Map.copyOf(subscribe);
        publish = Map.copyOf(publish);
    }
}
