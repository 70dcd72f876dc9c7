package io.synapse.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.topic.TopicFixture.Client;
import io.synapse.topic.TopicFixture.Received;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;

/** A subscriber at any pace: what it got and what it was told it missed is, together and in order, what was published. */
@Tag("G9")
class TopicSubscriptionModelTest {

    private enum Kind {
        PUBLISH,
        READ,
        WAIT,
        SUBSCRIBE_AGAIN,
        HAND_OVER
    }

    record Action(Kind kind, int times) {}

    @Provide
    Arbitrary<List<Action>> actions() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(10, Kind.PUBLISH),
                Tuple.of(10, Kind.READ),
                Tuple.of(1, Kind.WAIT),
                Tuple.of(2, Kind.SUBSCRIBE_AGAIN),
                Tuple.of(2, Kind.HAND_OVER));
        return Combinators.combine(kinds, Arbitraries.integers().between(1, 80))
                .as(Action::new)
                .list()
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<SlowPolicy> policies() {
        return Arbitraries.of(SlowPolicy.DROP_OLDEST, SlowPolicy.BLOCK);
    }

    @Property(tries = 300)
    @Label("every offset is sent or counted in a gap, once and in order, for a topic")
    void sentAndMissedIsPublished(@ForAll("actions") List<Action> actions, @ForAll("policies") SlowPolicy policy) {
        TopicFixture topics = new TopicFixture();
        Client client = topics.slowClient();
        client.subscribe("t", policy, Set.of(), null);
        long published = 0;
        boolean aged = false;
        for (Action action : actions) {
            switch (action.kind()) {
                case PUBLISH -> {
                    for (int i = 0; i < action.times(); i++) {
                        published += topics.tryPublish("t", "m", "1").isCompletedExceptionally() ? 0 : 1;
                    }
                }
                case READ -> {
                    for (int i = 0; i < action.times(); i++) {
                        client.transport.completeNext();
                    }
                }
                case WAIT -> {
                    topics.timers.ticker().advance(Duration.ofMinutes(6));
                    aged = true;
                }
                case SUBSCRIBE_AGAIN -> client.subscribe("t", policy, Set.of(), null);
                default -> handOver(topics, client);
            }
        }
        client.transport.completeAll();
        long had = 0;
        for (Received received : client.received()) {
            assertThat(received.offset()).isEqualTo(had + (received.isGap() ? received.missed() : 1));
            assertThat(received.isGap() && policy == SlowPolicy.BLOCK && !aged).isFalse();
            had = received.offset();
        }
        assertThat(had).isEqualTo(published);
    }

    private static void handOver(TopicFixture topics, Client client) {
        for (SubscribeRequest request : client.subscriptions.pause()) {
            // Another join of the topic: the request takes the place of the paused one.
            topics.hub
                    .subscribe(
                            client.connection,
                            request,
                            subscribed -> client.subscriptions.add(subscribed.subscription()))
                    .toCompletableFuture()
                    .join();
        }
    }
}
