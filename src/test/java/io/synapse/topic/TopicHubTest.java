package io.synapse.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.config.OutboxConfig;
import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.stream.Position;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.Topics;
import io.synapse.topic.TopicException.Reason;
import io.synapse.topic.TopicFixture.Client;
import io.synapse.topic.TopicFixture.Received;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TopicHubTest {

    private final TopicFixture topics = new TopicFixture();

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private void publish(String topic, int count) {
        IntStream.range(0, count).forEach(i -> topics.publish(topic, i));
    }

    private static void assertRefused(CompletableFuture<?> stage, Reason reason) {
        assertThatThrownBy(stage::join)
                .hasCauseInstanceOf(TopicException.class)
                .satisfies(failure -> assertThat(((TopicException) failure.getCause()).reason())
                        .isEqualTo(reason));
    }

    @Test
    @DisplayName("M9: what is published comes to all who subscribe, in order, and to nobody else")
    void live() {
        Client first = topics.client();
        Client second = topics.client();
        Client other = topics.client();
        first.subscribe("t");
        publish("t", 2);
        assertThat(second.subscribe("t").subscription().position().offset()).isEqualTo(2);
        other.subscribe("u");
        publish("t", 3);
        assertThat(first.offsets()).isEqualTo(range(1, 5));
        assertThat(second.offsets()).isEqualTo(range(3, 5));
        assertThat(other.received()).isEmpty();
        assertThat(topics.counters.get(Counter.EVENTS_SENT)).isEqualTo(8);
        assertThat(topics.counters.get(Counter.EVENTS_PUBLISHED)).isEqualTo(5);
    }

    @Test
    @DisplayName("B16: from a position everything after it follows; if it is gone, or none, that is said")
    void recovery() {
        publish("t", Topics.WINDOW + 10);
        long end = Topics.WINDOW + 10;
        String epoch = topics.publish("u", 1).epoch();
        Client client = topics.client();
        String t = client.subscribe("t").subscription().position().epoch();
        for (long since : new long[] {10, 50, end}) {
            TopicHub.Subscribed subscribed =
                    client.subscribe("t", SlowPolicy.DROP_OLDEST, Set.of(), new Position(t, since));
            assertThat(subscribed.recovered()).contains(true);
            assertThat(client.offsets()).isEqualTo(range(since + 1, end));
        }
        for (Position since : List.of(new Position(t, 9), new Position(t, end + 1), new Position(epoch, 50))) {
            TopicHub.Subscribed subscribed = client.subscribe("t", SlowPolicy.DROP_OLDEST, Set.of(), since);
            assertThat(subscribed.recovered()).contains(false);
            assertThat(subscribed.subscription().position()).isEqualTo(new Position(t, end));
            assertThat(client.received()).isEmpty();
        }
        assertThat(client.subscribe("u", SlowPolicy.DROP_OLDEST, Set.of(), new Position("", 0))
                        .recovered())
                .contains(true);
        assertThat(client.offsets()).containsExactly(1L);
        assertThat(topics.counters.get(Counter.RECOVERED)).isEqualTo(4);
        assertThat(topics.counters.get(Counter.NOT_RECOVERED)).isEqualTo(3);
    }

    @Test
    @DisplayName("B16, K5: a pattern has no position of its own, so nothing of it can be recovered")
    void patternsDoNotRecover() {
        publish("a:1", 3);
        Client client = topics.client();
        TopicHub.Subscribed subscribed = client.subscribe("a:*", SlowPolicy.DROP_OLDEST, Set.of(), new Position("", 0));
        assertThat(subscribed.recovered()).contains(false);
        assertThat(client.received()).isEmpty();
    }

    @Test
    @DisplayName("M9: subscribing again goes on where the earlier one stopped, however slow the client is")
    void again() {
        Client client = topics.slowClient();
        client.subscribe("t");
        publish("t", 30);
        for (int i = 0; i < 5; i++) {
            client.transport.completeNext();
            long stopped = client.subscribe("t").subscription().position().offset();
            assertThat(stopped).isLessThan(30);
        }
        client.transport.completeAll();
        assertThat(client.offsets()).isEqualTo(range(1, 30));
        assertThat(topics.hub.status().subscriptions()).isEqualTo(1);
    }

    @Test
    @DisplayName("M9: nothing comes after the end of a subscription")
    void nothingAfterTheEnd() {
        Client client = topics.slowClient();
        client.subscribe("t");
        publish("t", 30);
        int given = client.connection.status().messages();
        assertThat(client.subscriptions.end("t")).isTrue();
        assertThat(client.subscriptions.end("t")).isFalse();
        publish("t", 5);
        client.transport.completeAll();
        assertThat(client.offsets()).isEqualTo(range(1, given));
        assertThat(topics.hub.status().subscriptions()).isZero();
    }

    @Test
    @DisplayName("M9: events that are not wanted do not come, and the position passes them")
    void filters() {
        Client client = topics.client();
        TopicSubscription subscription = client.subscribe("t", SlowPolicy.DROP_OLDEST, Set.of("a", "b"), null)
                .subscription();
        List.of("a", "b", "c")
                .forEach(event -> topics.tryPublish("t", event, "1").join());
        assertThat(client.received()).extracting(Received::event).containsExactly("a", "b");
        assertThat(subscription.position().offset()).isEqualTo(3);
        client.filter.set(Set.of("b", "c"));
        List.of("a", "b", "c")
                .forEach(event -> topics.tryPublish("t", event, "1").join());
        assertThat(client.received()).extracting(Received::event).containsExactly("b");
        client.filter.set(Set.of());
        List.of("a", "b", "c")
                .forEach(event -> topics.tryPublish("t", event, "1").join());
        assertThat(client.received()).extracting(Received::event).containsExactly("a", "b");
    }

    @Test
    @DisplayName("G9: drop-oldest: a reader that is too slow gets a gap that counts what it missed, and goes on")
    void dropOldest() {
        Client client = topics.slowClient();
        client.subscribe("t");
        publish("t", 300);
        client.transport.completeAll();
        List<Received> all = client.received();
        int gap = IntStream.range(0, all.size())
                .filter(i -> all.get(i).isGap())
                .findFirst()
                .orElseThrow();
        assertThat(all.stream().filter(Received::isGap)).hasSize(1);
        assertThat(all.get(gap)).isEqualTo(new Received("gap", "t", 200, 200L - gap, ""));
        assertThat(all.subList(gap + 1, all.size()))
                .extracting(Received::offset)
                .isEqualTo(range(201, 300));
        assertThat(topics.counters.get(Counter.EVENTS_DROPPED)).isEqualTo(200L - gap);
        assertThat(client.connection.isOpen()).isTrue();
    }

    @Test
    @DisplayName("G9: disconnect: a reader that is too slow is cut off, and is told when it comes back")
    void disconnect() {
        Client client = topics.slowClient();
        client.subscribe("t", SlowPolicy.DISCONNECT, Set.of(), null);
        Position last = topics.publish("t", 1);
        publish("t", 300);
        client.transport.completeAll();
        assertThat(client.received()).noneMatch(Received::isGap);
        assertThat(client.transport.aborts()).containsExactly(CloseReason.SLOW_CONSUMER);
        assertThat(topics.hub.status().subscriptions()).isZero();
        assertThat(topics.client()
                        .subscribe("t", SlowPolicy.DISCONNECT, Set.of(), last)
                        .recovered())
                .contains(false);
    }

    @Test
    @DisplayName("G9: block: publishing is refused while the reader is a whole window behind, and it loses nothing")
    void block() {
        Client client = topics.slowClient();
        client.subscribe("t", SlowPolicy.BLOCK, Set.of(), null);
        int published = 0;
        while (!topics.tryPublish("t", "m", "1").isCompletedExceptionally()) {
            published++;
        }
        assertThat(published).isGreaterThanOrEqualTo(Topics.WINDOW);
        assertRefused(topics.tryPublish("t", "m", "1"), Reason.OVERLOADED);
        topics.publish("u", 1);
        client.transport.completeAll();
        publish("t", 10);
        client.transport.completeAll();
        assertThat(client.offsets()).isEqualTo(range(1, published + 10L));
        assertThat(topics.counters.get(Counter.EVENTS_REFUSED)).isEqualTo(2);
        client.connection.closed();
        publish("t", 2 * Topics.WINDOW);
    }

    @Test
    @DisplayName("G9: block: the memory of a topic is a bound too, and the reader loses nothing to it")
    void blockByBytes() {
        Client client = topics.slowClient();
        client.subscribe("t", SlowPolicy.BLOCK, Set.of(), null);
        String large = "\"" + "x".repeat(50_000) + "\"";
        int published = 0;
        while (!topics.tryPublish("t", "m", large).isCompletedExceptionally()) {
            published++;
        }
        assertThat(published).isBetween(2, 10);
        client.transport.completeAll();
        assertThat(client.received()).hasSize(published).noneMatch(Received::isGap);
        topics.tryPublish("t", "m", "\"" + "x".repeat(2_000_000) + "\"").join();
        client.transport.completeAll();
        assertThat(client.offsets()).containsExactly(published + 1L);
    }

    @Test
    @DisplayName("G9: large messages of many topics at a time wait for room, and never cut a reader off")
    void largeMessages() {
        TopicFixture narrow = new TopicFixture(new OutboxConfig(20, 1 << 16, 4096, Duration.ofDays(1)));
        Client client = narrow.slowClient();
        IntStream.range(0, 20).forEach(i -> client.subscribe("t" + i));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 20; i++) {
                narrow.tryPublish("t" + i, "m", "\"" + "x".repeat(i % 2 == 0 ? 40_000 : 100) + "\"")
                        .join();
            }
        }
        assertThat(client.connection.status().bytes()).isLessThanOrEqualTo(1 << 16);
        client.transport.completeAll();
        assertThat(client.connection.isOpen()).isTrue();
        assertThat(client.received()).hasSize(60).noneMatch(Received::isGap);
    }

    @Test
    @DisplayName("K5: a pattern brings topics that there are and topics that come, each in its order")
    void patterns() {
        publish("a:1", 2);
        Client client = topics.client();
        Client other = topics.client();
        client.subscribe("a:*");
        other.subscribe("a:*");
        publish("a:1", 1);
        publish("a:2", 2);
        publish("b:1", 1);
        publish("a:1:x", 1);
        assertThat(client.received())
                .extracting(received -> received.topic() + "@" + received.offset())
                .containsExactly("a:1@3", "a:2@1", "a:2@2");
        assertThat(other.received()).hasSize(3);
        assertThat(topics.hub.status().patterns()).isEqualTo(1);
        client.subscriptions.end("a:*");
        publish("a:2", 1);
        assertThat(client.received()).isEmpty();
        assertThat(other.received()).hasSize(1);
        other.connection.closed();
        assertThat(topics.hub.status().patterns()).isZero();
        assertThat(topics.hub.status().subscriptions()).isZero();
    }

    @Test
    @DisplayName("K5: a slow reader of a pattern gets a gap for the pattern; all of it is sent or counted")
    void slowReaderOfAPattern() {
        Client client = topics.slowClient();
        client.subscribe("a:**");
        for (int i = 0; i < 500; i++) {
            topics.publish("a:" + i % 7, i);
        }
        client.transport.completeAll();
        List<Received> all = client.received();
        assertThat(all.stream().filter(Received::isGap))
                .hasSize(1)
                .allMatch(gap -> gap.topic().equals("a:**"));
        long missed = all.stream().mapToLong(Received::missed).sum();
        assertThat(missed + all.size() - 1).isEqualTo(500);
    }

    @Test
    @DisplayName("K5, G9: patterns are bounded; the place of one that nobody uses is free again")
    void tooManyPatterns() {
        Client client = topics.client();
        int bound = Topics.CONFIG.maxPatterns();
        IntStream.range(0, bound).forEach(i -> client.subscribe("p" + i + ":*"));
        client.subscribe("p0:*");
        assertThatThrownBy(() -> client.subscribe("q:*"))
                .hasCauseInstanceOf(TopicException.class)
                .hasRootCauseMessage("TOO_MANY_PATTERNS");
        client.subscriptions.end("p0:*");
        client.subscribe("q:*");
        assertThat(topics.hub.status().patterns()).isEqualTo(bound);
    }

    @Test
    @DisplayName("M24: a paused subscription sends nothing; one that takes over begins exactly behind it")
    void handOver() {
        Client client = topics.client();
        client.subscribe("t");
        client.subscribe("a:*");
        publish("t", 3);
        publish("a:1", 2);
        var paused = client.subscriptions.pause();
        publish("t", 3);
        publish("a:1", 2);
        assertThat(client.received()).hasSize(5);
        Subscriptions next = new Subscriptions();
        for (SubscribeRequest request : paused) {
            topics.hub.subscribe(client.connection, request, subscribed -> {
                next.add(subscribed.subscription());
                assertThat(subscribed.recovered()).contains(true);
            });
        }
        client.subscriptions.release();
        publish("t", 1);
        assertThat(client.received())
                .extracting(received -> received.topic() + "@" + received.offset())
                .containsExactlyInAnyOrder("t@4", "t@5", "t@6", "a:1@3", "a:1@4", "t@7");
        next.release();
        publish("t", 1);
        assertThat(client.received()).isEmpty();
        assertThat(topics.hub.status())
                .extracting(TopicHub.Status::subscriptions)
                .isEqualTo(0);
    }

    @Test
    @DisplayName("M9: a subscription added after the release is ended at once, and leaves nothing behind")
    void addedTooLate() {
        Client client = topics.client();
        client.subscribe("t", SlowPolicy.BLOCK, Set.of(), null);
        client.connection.closed();
        client.subscribe("t", SlowPolicy.BLOCK, Set.of(), null);
        client.subscribe("a:*");
        publish("t", 3 * Topics.WINDOW);
        assertThat(topics.hub.status().subscriptions()).isZero();
        assertThat(topics.hub.status().patterns()).isZero();
    }

    @Test
    @DisplayName("M9: whoever fails to answer a subscription has none")
    void failingToAccept() {
        Client client = topics.client();
        SubscribeRequest request = new SubscribeRequest(
                TopicFixture.pattern("t"),
                Set.of(),
                SlowPolicy.BLOCK,
                Optional.empty(),
                new SubscribeRequest.Reader("cortex:a", null, client.filter, false));
        assertThat(topics.hub.subscribe(client.connection, request, subscribed -> {
                    throw new IllegalStateException("expected");
                }))
                .isCompletedExceptionally();
        assertThat(topics.hub.status().subscriptions()).isZero();
        publish("t", 2 * Topics.WINDOW);
    }

    @Test
    @DisplayName("M9: a client whose messages cannot be written is cut off; the others do not notice")
    void aClientThatFails() {
        Client broken = topics.client();
        broken.transport.behave(Behaviour.THROWS);
        broken.subscribe("t");
        Client good = topics.client();
        good.subscribe("t");
        publish("t", 3);
        assertThat(good.offsets()).isEqualTo(range(1, 3));
        assertThat(broken.connection.isOpen()).isFalse();
        assertThat(topics.hub.status().subscriptions()).isEqualTo(1);
    }
}
