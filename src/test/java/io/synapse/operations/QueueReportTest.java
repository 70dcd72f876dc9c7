package io.synapse.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.EventFilter;
import io.synapse.operations.QueueReport.Page;
import io.synapse.platform.Counters;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.ObjectCodecs.Format;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Publication;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.TopicPattern;
import io.synapse.testing.Agents;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Topics;
import io.synapse.topic.SlowPolicy;
import io.synapse.topic.SubscribeRequest;
import io.synapse.topic.TopicHub;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class QueueReportTest {

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final ConnectionRegistry registry = new ConnectionRegistry();
    private final TopicHub hub = Topics.hub(timers.ticker(), counters);
    private final QueueReport report = new QueueReport(
            null,
            hub,
            registry,
            null,
            Agents.none(),
            timers.ticker(),
            Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L), ZoneOffset.UTC));

    private Connection connection(String id, Behaviour behaviour) {
        Connection connection = new Connection(
                id,
                "10.0.0.1",
                0,
                new FakeTransport(behaviour),
                new ObjectCodecs(64, 1 << 20).open(Format.JSON),
                new Connection.Environment(
                        new OutboxConfig(16, 1 << 20, 1 << 16, Duration.ofDays(1)), timers.ticker(), timers, counters));
        registry.track(connection);
        return connection;
    }

    private void subscribe(Connection connection, String target, SlowPolicy policy) {
        SubscribeRequest request = new SubscribeRequest(
                TopicPattern.parse(target).orElseThrow(),
                Set.of(),
                policy,
                Optional.empty(),
                new SubscribeRequest.Reader(null, null, new EventFilter(), true));
        hub.subscribe(connection, request, subscribed -> {})
                .toCompletableFuture()
                .join();
    }

    private void publish(String topic, int count) {
        for (int i = 0; i < count; i++) {
            Publication publication = new Publication("e", RawJson.of(Payloads.of("n", 1)), 0);
            hub.publish(topic, publication, Optional.empty());
        }
    }

    private String topics(String after, int limit) {
        return RawJson.of(report.topics(new Page(after, limit))).text();
    }

    @Test
    @DisplayName("G9: each topic and pattern with what is kept, who subscribes, and how far the slowest is behind")
    void topics() {
        subscribe(connection("fast", Behaviour.INLINE), "public:a", SlowPolicy.DROP_OLDEST);
        Connection slow = connection("slow", Behaviour.NEVER);
        subscribe(slow, "public:a", SlowPolicy.BLOCK);
        subscribe(slow, "public:*", SlowPolicy.DROP_OLDEST);
        publish("public:a", 20);
        publish("public:b", 1);
        // Half of the 16 messages that may wait, and so many may both subscriptions add.
        assertThat(topics("", 10))
                .isEqualTo("{\"topics\":["
                        + "{\"topic\":\"public:*\",\"pattern\":true,\"messages\":21,\"bytes\":11760,"
                        + "\"subscribers\":1,\"max_lag\":17,\"full\":false},"
                        + "{\"topic\":\"public:a\",\"pattern\":false,\"messages\":20,\"bytes\":11200,"
                        + "\"subscribers\":2,\"max_lag\":16,\"full\":false},"
                        + "{\"topic\":\"public:b\",\"pattern\":false,\"messages\":1,\"bytes\":560,"
                        + "\"subscribers\":0,\"max_lag\":0,\"full\":false}]}");
        assertThat(topics("", 1))
                .contains("public:*")
                .doesNotContain("public:a")
                .endsWith(",\"next\":\"public:*\"}");
        assertThat(topics("public:*", 1)).contains("public:a").endsWith(",\"next\":\"public:a\"}");
        assertThat(topics("public:b", 1)).isEqualTo("{\"topics\":[]}");
        publish("public:a", 2 * Topics.WINDOW);
        assertThat(topics("public:*", 1))
                .contains("\"messages\":" + Topics.WINDOW)
                .contains("\"full\":true");
    }

    @Test
    @DisplayName("G9 G5: each connection with what waits for it, what was sent, and when it was heard")
    void connections() {
        connection("c2", Behaviour.INLINE);
        Connection slow = connection("c1", Behaviour.NEVER);
        subscribe(slow, "public:a", SlowPolicy.DROP_OLDEST);
        publish("public:a", 3);
        String both = RawJson.of(report.connections(new Page("", 2))).text();
        assertThat(both)
                .startsWith("{\"connections\":[{\"connection_id\":\"c1\",\"remote_address\":\"10.0.0.1\","
                        + "\"connected_at\":1700000000000,\"last_activity\":1700000000000,\"messages\":3,\"bytes\":")
                .contains("\"sent\":0,\"dropped\":0},{\"connection_id\":\"c2\"")
                .endsWith(",\"next\":\"c2\"}");
        assertThat(RawJson.of(report.connections(new Page("c2", 2))).text()).isEqualTo("{\"connections\":[]}");
    }
}
