package io.synapse.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.PhoenixCodec.Version;
import io.synapse.protocol.Publication;
import io.synapse.protocol.ServerMessage.Event;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.MemoryStream;
import io.synapse.stream.Position;
import io.synapse.stream.StreamBounds;
import io.synapse.testing.FakeTicker;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.Topics;
import io.synapse.topic.TopicFixture.Client;
import io.synapse.topic.TopicFixture.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(90)
class TopicConcurrencyTest {

    private static final int PUBLISHERS = 3;

    private final TopicFixture topics =
            new TopicFixture(new OutboxConfig(10_000, 1 << 24, 1 << 20, Duration.ofDays(1)));
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private interface Work {
        void run() throws Exception;
    }

    /** Runs all at a time, and waits for them. */
    private void atOnce(List<Work> works) throws Exception {
        CyclicBarrier start = new CyclicBarrier(works.size());
        List<Future<?>> all = new ArrayList<>();
        for (Work work : works) {
            all.add(threads.submit(() -> {
                start.await();
                work.run();
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
    }

    private Work publishing(String topic, int count) {
        return () -> {
            for (int i = 0; i < count; i++) {
                topics.publish(topic, i);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @DisplayName("K11: 200 publications to 1,000 subscribers are encoded 200 times for each version, not 200,000 times")
    void encodesOnce(int versions) {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            Client client =
                    topics.new Client(Behaviour.INLINE, i % versions == 0 ? Version.V2 : Version.V1, "cortex:shared");
            client.subscribe("t");
            clients.add(client);
        }
        String payload = "\"" + "x".repeat(126) + "\"";
        for (int i = 0; i < 200; i++) {
            topics.tryPublish("t", "m", payload).join();
        }
        Set<EncodedFrame> encoded = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Client client : clients) {
            assertThat(client.transport.frames()).hasSize(200);
            encoded.addAll(client.transport.frames());
        }
        assertThat(encoded).hasSize(200 * versions);
        for (Client client : List.of(clients.get(0), clients.get(999))) {
            assertThat(client.offsets())
                    .isEqualTo(LongStream.rangeClosed(1, 200).boxed().toList());
        }
    }

    @RepeatedTest(10)
    @DisplayName("M9: subscribing and unsubscribing amid publishers: from the reply on, everything, once and in order")
    void subscribingAmidPublishers() throws Exception {
        List<Work> works = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            works.add(publishing("t", 300));
        }
        List<List<Received>> wrong = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < 3; i++) {
            works.add(() -> {
                Client client = topics.client();
                for (int round = 0; round < 30; round++) {
                    TopicSubscription subscription = client.subscribe("t").subscription();
                    Thread.yield();
                    client.subscriptions.end("t");
                    long stopped = subscription.position().offset();
                    List<Received> all = client.received();
                    if (!all.isEmpty() && !isWhole(all, before(all.get(0)), stopped)) {
                        wrong.add(all);
                    }
                }
            });
        }
        atOnce(works);
        assertThat(wrong).isEmpty();
        assertThat(topics.hub.status().subscriptions()).isZero();
    }

    @RepeatedTest(10)
    @DisplayName(
            "M9, M24: handed over and subscribed again amid publishers, nothing is missing and nothing comes twice")
    void handingOverAmidPublishers() throws Exception {
        Client client = topics.client();
        client.subscribe("t");
        List<Work> works = new ArrayList<>();
        for (int i = 0; i < PUBLISHERS; i++) {
            works.add(publishing("t", 300));
        }
        works.add(() -> {
            for (int i = 0; i < 100; i++) {
                if (i % 2 == 0) {
                    client.subscribe("t");
                    continue;
                }
                for (SubscribeRequest request : client.subscriptions.pause()) {
                    topics.hub
                            .subscribe(
                                    client.connection,
                                    request,
                                    subscribed -> client.subscriptions.add(subscribed.subscription()))
                            .toCompletableFuture()
                            .join();
                }
            }
        });
        atOnce(works);
        List<Received> all = client.received();
        assertThat(isWhole(all, 0, 300L * PUBLISHERS)).as(all.toString()).isTrue();
    }

    // The broker of the tests has a small window, so a thread that is not scheduled for long may have to tell a gap.
    private static boolean isWhole(List<Received> all, long before, long last) {
        long had = before;
        for (Received received : all) {
            if (before(received) != had) {
                return false;
            }
            had = received.offset();
        }
        return had == last;
    }

    private static long before(Received received) {
        return received.offset() - (received.isGap() ? received.missed() : 1);
    }

    @RepeatedTest(10)
    @DisplayName("K5: patterns opened by several at a time, amid topics that come, miss nothing after their reply")
    void patternsAmidNewTopics() throws Exception {
        int rounds = 20;
        List<Client> clients = List.of(topics.client(), topics.client(), topics.client());
        CyclicBarrier subscribed = new CyclicBarrier(clients.size() + 1);
        List<Work> works = new ArrayList<>();
        for (Client client : clients) {
            works.add(() -> {
                client.subscribe("a:*");
                subscribed.await();
            });
        }
        works.add(() -> {
            for (int i = 0; i < rounds; i++) {
                topics.publish("a:" + i, 1);
            }
            subscribed.await();
            for (int i = 0; i < rounds * 2; i++) {
                topics.publish("a:" + i, 2);
            }
        });
        atOnce(works);
        for (Client client : clients) {
            Map<String, List<Long>> byTopic = new HashMap<>();
            client.received()
                    .forEach(received -> byTopic.computeIfAbsent(received.topic(), name -> new ArrayList<>())
                            .add(received.offset()));
            for (int i = 0; i < rounds * 2; i++) {
                List<Long> offsets = byTopic.get("a:" + i);
                long last = i < rounds ? 2 : 1;
                assertThat(offsets)
                        .isEqualTo(LongStream.rangeClosed(offsets.get(0), last)
                                .boxed()
                                .toList());
            }
        }
    }

    @Test
    @DisplayName("K5: what a topic lost before a pattern could carry it over is told, not passed over")
    void lostBeforeThePattern() {
        FakeTicker ticker = new FakeTicker();
        StreamBounds bounds = new StreamBounds(100, 1 << 20, Duration.ofMinutes(1));
        MemoryStream<MergedTopics.Entry> merged = new MemoryStream<>("m", bounds, MergedTopics.Entry::bytes, ticker);
        MergedTopics pattern = new MergedTopics(TopicFixture.pattern("a:*"), merged);
        pattern.retain();
        MemoryStream<Publication> topic = new MemoryStream<>(
                "e", new StreamBounds(3, 1 << 20, Duration.ofMinutes(1)), Publication::bytes, ticker);
        for (int i = 0; i < 5; i++) {
            topic.append(topics.publication("m", "1"));
        }
        TopicPattern name = TopicFixture.pattern("a:1");
        pattern.add(name, topic, 0);
        Client client = topics.client();
        SubscribeRequest.Reader reader = new SubscribeRequest.Reader("cortex:a", null, client.filter, false);
        List<MergedTopics.Entry> entries = merged.read(0, 10).entries();
        client.connection.send(entries.get(0).message(reader));
        assertThat(client.received()).containsExactly(new Received("gap", "a:1", 2, 2, ""));
        assertThat(entries.subList(1, 4))
                .extracting(entry -> ((Event) entry.message(reader)).offset())
                .containsExactly(3L, 4L, 5L);
        assertThat(merged.bytes()).isGreaterThan(3 * 512);
        pattern.remove("a:1", topic);
        topic.append(topics.publication("m", "1"));
        assertThat(merged.end()).isEqualTo(4);
        pattern.release();
    }

    @RepeatedTest(3)
    @DisplayName("B15, M9: after a storm of connects, subscriptions, publications and disconnects all tables are empty")
    void storm() throws Exception {
        List<Work> works = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            works.add(() -> {
                for (int i = 0; i < 150; i++) {
                    Client client = random.nextBoolean() ? topics.client() : topics.slowClient();
                    for (int s = 0; s < 4; s++) {
                        String topic = "s:" + random.nextInt(6);
                        client.subscribe(
                                topic,
                                SlowPolicy.values()[random.nextInt(3)],
                                Set.of(),
                                random.nextBoolean() ? new Position("", 0) : null);
                        client.subscribe(random.nextBoolean() ? "s:*" : "**");
                        topics.tryPublish("s:" + random.nextInt(6), "m", "1");
                    }
                    client.transport.completeNext();
                    if (random.nextBoolean()) {
                        client.subscriptions.end("s:*");
                    }
                    client.connection.closed();
                }
            });
        }
        atOnce(works);
        assertThat(topics.hub.status().subscriptions()).isZero();
        assertThat(topics.hub.status().patterns()).isZero();
        assertThat(topics.hub.blockingTopics()).isZero();
        // Nobody uses a topic any more, so all can make room when they are empty.
        topics.timers.ticker().advance(Duration.ofHours(1));
        for (int i = 0; i < Topics.CONFIG.maxTopics(); i++) {
            topics.publish("fresh:" + i, 1);
        }
        assertThat(topics.hub.status().topics()).isEqualTo(Topics.CONFIG.maxTopics());
    }
}
