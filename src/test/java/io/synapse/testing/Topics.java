package io.synapse.testing;

import io.synapse.config.GatewayConfig;
import io.synapse.config.TopicAccessConfig;
import io.synapse.config.TopicsConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.protocol.Publication;
import io.synapse.stream.BrokerBounds;
import io.synapse.stream.MemoryBroker;
import io.synapse.stream.StreamBounds;
import io.synapse.topic.Patterns;
import io.synapse.topic.TopicHub;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Topics for tests, with small bounds. */
public final class Topics {

    /** How many messages of a topic are kept. */
    public static final int WINDOW = 100;

    /** Bounds of everything; users may use public topics and those of their agent. */
    public static final TopicsConfig CONFIG = new TopicsConfig(
            50,
            5,
            4,
            1 << 16,
            WINDOW,
            1 << 20,
            Duration.ofMinutes(5),
            8 << 20,
            20,
            10,
            Duration.ofMinutes(1),
            "drop-oldest",
            true,
            new TopicAccessConfig(
                    Map.of(
                            "synapse-user",
                            List.of("public:**", "agent:{agent}:**"),
                            "synapse-publisher",
                            List.of("**")),
                    Map.of("synapse-user", List.of("agent:{agent}:**"), "synapse-publisher", List.of("**"))));

    /** Channels, on which no engine answers. */
    public static final GatewayConfig GATEWAY = new GatewayConfig(
            Optional.empty(),
            List.of("guide", "pillar:*"),
            "guide",
            List.of(),
            new GatewayConfig.Batch(65536, 256, 1024));

    private Topics() {}

    /** A hub over a broker in memory. */
    public static TopicHub hub(Ticker ticker, Counters counters) {
        StreamBounds window = new StreamBounds(CONFIG.historyCount(), CONFIG.historyBytes(), CONFIG.historyAge());
        BrokerBounds bounds =
                new BrokerBounds(window, CONFIG.maxTopics(), CONFIG.totalBytes(), CONFIG.keys(), CONFIG.keyAge());
        RandomIds ids = new RandomIds();
        return new TopicHub(
                new MemoryBroker<>(bounds, Publication::bytes, Publication::digest, ids, ticker),
                CONFIG,
                new Patterns(window, CONFIG.maxPatterns(), ids, ticker),
                counters);
    }
}
