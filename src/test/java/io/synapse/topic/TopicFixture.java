package io.synapse.topic;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.config.OutboxConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.EventFilter;
import io.synapse.platform.Counters;
import io.synapse.protocol.ClientMessage.Publish;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.Publication;
import io.synapse.protocol.Ref;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.Broker.Published;
import io.synapse.stream.Position;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** A hub with clients whose transports the test moves. */
final class TopicFixture {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What a client got; {@code missed} is 0 for anything but a gap. */
    record Received(String event, String topic, long offset, long missed, String payload) {
        boolean isGap() {
            return event.equals("gap");
        }
    }

    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 22);
    final TopicHub hub = Topics.hub(timers.ticker(), counters);
    final Connection.Environment environment;

    TopicFixture() {
        this(new OutboxConfig(20, 1 << 16, 4096, Duration.ofDays(1)));
    }

    TopicFixture(OutboxConfig outbox) {
        environment = new Connection.Environment(outbox, timers.ticker(), timers, counters);
    }

    static TopicPattern pattern(String text) {
        return TopicPattern.parse(text).orElseThrow();
    }

    Publication publication(String event, String payload) {
        Publish read = (Publish) codecs.open(PhoenixCodec.Version.V2)
                .decode("[null,null,\"x\",\"publish\",{\"topic\":\"t\",\"event\":\"e\",\"payload\":" + payload + "}]");
        return new Publication(event, read.payload(), 1);
    }

    CompletableFuture<Published> tryPublish(String topic, String event, String payload) {
        return hub.publish(topic, publication(event, payload), Optional.empty()).toCompletableFuture();
    }

    Position publish(String topic, int number) {
        return tryPublish(topic, "m", String.valueOf(number)).join().position();
    }

    Client client() {
        return new Client(Behaviour.INLINE, PhoenixCodec.Version.V2, "cortex:a");
    }

    Client slowClient() {
        return new Client(Behaviour.LATER, PhoenixCodec.Version.V2, "cortex:a");
    }

    /** One connection with one joined topic. */
    final class Client {
        final FakeTransport transport;
        final Connection connection;
        final Subscriptions subscriptions = new Subscriptions();
        final EventFilter filter = new EventFilter();
        private final SubscribeRequest.Reader reader;
        private int seen;

        Client(Behaviour behaviour, PhoenixCodec.Version version, String via) {
            transport = new FakeTransport(behaviour);
            connection = new Connection("c", "127.0.0.1", 0, transport, codecs.open(version), environment);
            connection.onClose(subscriptions::release);
            reader = new SubscribeRequest.Reader(via, Ref.of("1"), filter, false);
        }

        TopicHub.Subscribed subscribe(String target) {
            return subscribe(target, SlowPolicy.DROP_OLDEST, Set.of(), null);
        }

        TopicHub.Subscribed subscribe(String target, SlowPolicy policy, Set<String> events, Position since) {
            return subscribe(new SubscribeRequest(pattern(target), events, policy, Optional.ofNullable(since), reader));
        }

        TopicHub.Subscribed subscribe(SubscribeRequest request) {
            TopicHub.Subscribed[] told = new TopicHub.Subscribed[1];
            hub.subscribe(connection, request, subscribed -> {
                        subscriptions.add(subscribed.subscription());
                        told[0] = subscribed;
                    })
                    .toCompletableFuture()
                    .join();
            return told[0];
        }

        /** What has come since the last time this was asked. */
        List<Received> received() {
            List<String> all = transport.texts();
            List<Received> fresh = new ArrayList<>();
            for (String text : all.subList(seen, all.size())) {
                fresh.add(read(text));
            }
            seen = all.size();
            return fresh;
        }

        List<Long> offsets() {
            return received().stream().map(Received::offset).toList();
        }
    }

    private static Received read(String text) {
        try {
            JsonNode frame = JSON.readTree(text);
            boolean array = frame.isArray();
            JsonNode payload = array ? frame.get(4) : frame.get("payload");
            return new Received(
                    (array ? frame.get(3) : frame.get("event")).asText(),
                    payload.path("topic").asText(),
                    payload.path("offset").asLong(),
                    payload.path("missed").asLong(),
                    payload.path("payload").toString());
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }
}
