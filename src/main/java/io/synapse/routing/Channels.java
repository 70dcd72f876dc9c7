package io.synapse.routing;

import io.synapse.config.GatewayConfig;
import io.synapse.protocol.TopicPattern;
import java.util.List;
import java.util.Optional;

/** Which channels there are. Immutable. */
public final class Channels {

    private final GatewayConfig config;
    private final List<TopicPattern> all;
    private final List<TopicPattern> engine;

    /**
     * The channels of a configuration.
     *
     * @param config names them
     */
    public Channels(GatewayConfig config) {
        this.config = config;
        all = patterns(config.channels());
        engine = patterns(config.engineChannels());
    }

    private static List<TopicPattern> patterns(List<String> texts) {
        return texts.stream()
                .map(text -> TopicPattern.parse(text).orElseThrow())
                .toList();
    }

    /** The channel of this name, if there is one. */
    Optional<TopicPattern> find(String name) {
        return TopicPattern.parse(name).filter(this::has);
    }

    /** Whether a topic is a channel. */
    boolean has(TopicPattern topic) {
        return topic.isTopic() && isCovered(all, topic);
    }

    /** Whether the engine answers on a channel. */
    boolean engineAnswersOn(TopicPattern channel) {
        return isCovered(engine, channel);
    }

    private static boolean isCovered(List<TopicPattern> patterns, TopicPattern topic) {
        return patterns.stream().anyMatch(pattern -> pattern.covers(topic));
    }

    /**
     * Where a message goes that names none.
     *
     * @return the name of a channel
     */
    public String otherwise() {
        return config.defaultChannel();
    }

    /**
     * What the configuration calls them.
     *
     * @return names and patterns
     */
    public List<String> names() {
        return config.channels();
    }
}
