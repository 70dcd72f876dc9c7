package io.synapse.query;

import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.FairnessConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import io.synapse.query.QueryService.Submission;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueuePositionsTest {

    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration STEP = Duration.ofMillis(10);
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private static String queued(String ref, int position) {
        return "[\"1\",null,\"cortex:a\",\"queued\",{\"ref\":\"" + ref + "\",\"position\":" + position + "}]";
    }

    /** A service with one place; each permit lets one query end. */
    private static final class OnePlace implements AutoCloseable {
        private final Semaphore permits = new Semaphore(0);
        private final QueryFixture fixture = new QueryFixture(
                (question, context) -> {
                    context.emit(Thought.text("x"));
                    permits.tryAcquire(10, TimeUnit.SECONDS);
                    return Answer.of("x").done();
                },
                VirtualNode.config(1, 3000, new FairnessConfig(0, 0, Duration.ofSeconds(5), INTERVAL)));

        private QueryFixture.Client ask(String ref) {
            QueryFixture.Client client = fixture.client();
            assertThat(client.ask(request(ref))).isEqualTo(Submission.STARTED);
            return client;
        }

        private void pass(Duration time) {
            fixture.timers.advance(time);
        }

        @Override
        public void close() {
            fixture.close();
        }
    }

    @Test
    @DisplayName("B8: who waits is told the position, then what it has become, before the first thought; then no more")
    void tellsPositions() {
        try (OnePlace place = new OnePlace()) {
            QueryFixture.Client first = place.ask("first");
            until(() -> !first.texts("thought").isEmpty());

            QueryFixture.Client second = place.ask("second");
            QueryFixture.Client third = place.ask("third");
            place.pass(SOON);
            until(() -> third.texts("queued").equals(List.of(queued("third", 2))));
            until(() -> second.texts("queued").equals(List.of(queued("second", 1))));

            place.permits.release();
            until(() -> !second.texts("thought").isEmpty());
            until(() -> {
                place.pass(STEP);
                return third.texts("queued").size() == 2;
            });
            assertThat(third.texts("queued").get(1)).isEqualTo(queued("third", 1));

            place.permits.release(2);
            third.result();
            assertThat(first.events()).containsExactly("thought", "result");
            assertThat(second.events()).containsExactly("queued", "thought", "result");
            assertThat(third.events()).containsExactly("queued", "queued", "thought", "result");
            until(() -> place.fixture.service.status().running() == 0);
            place.pass(INTERVAL.multipliedBy(3));
            assertThat(third.events()).hasSize(4);
        }
    }

    @Test
    @DisplayName("B8: what has not changed is not said again; whoever comes later is told too")
    void saysNothingTwice() {
        try (OnePlace place = new OnePlace()) {
            QueryFixture.Client first = place.ask("first");
            until(() -> !first.texts("thought").isEmpty());
            QueryFixture.Client waiting = place.ask("waiting");
            place.pass(SOON);
            until(() -> waiting.events().size() == 1);
            for (int i = 0; i < 5; i++) {
                QueryFixture.Client late = place.fixture.client();
                late.follow("waiting", 0);
                until(() -> {
                    place.pass(STEP);
                    return late.texts("queued").equals(List.of(queued("waiting", 1)));
                });
            }
            assertThat(waiting.events()).containsExactly("queued");
        }
    }

    @Test
    @DisplayName("B8 M6: a query that is interrupted while it waits is told no more positions")
    void endsWithTheQuery() {
        try (OnePlace place = new OnePlace()) {
            QueryFixture.Client first = place.ask("first");
            until(() -> !first.texts("thought").isEmpty());
            QueryFixture.Client waiting = place.ask("waiting");
            place.fixture.service.interrupt(id("waiting"), "stop", outcome -> {});
            place.pass(INTERVAL.multipliedBy(2));
            QueryFixture.Client next = place.ask("next");
            until(() -> {
                place.pass(STEP);
                return next.events().equals(List.of("queued"));
            });
            assertThat(waiting.events()).containsExactly("interrupted", "result");
        }
    }

    @Test
    @DisplayName("B8: only the first thousand are told")
    void isBounded() {
        try (OnePlace place = new OnePlace()) {
            QueryFixture.Client first = place.ask("first");
            until(() -> !first.texts("thought").isEmpty());
            QueryFixture.Client all = place.fixture.client();
            for (int i = 0; i < QueuePositions.TOLD + 50; i++) {
                all.ask(request("q" + i));
            }
            place.pass(SOON);
            until(() -> all.texts("queued").size() == QueuePositions.TOLD);
            assertThat(all.texts("queued").get(0)).isEqualTo(queued("q0", 1));
            // Another round begins when one is over, so all of the first is told by then.
            QueryFixture.Client late = place.fixture.client();
            late.follow("q0", 0);
            until(() -> {
                place.pass(STEP);
                return !late.texts("queued").isEmpty();
            });
            assertThat(all.texts("queued")).hasSize(QueuePositions.TOLD);
        }
    }

    @Test
    @DisplayName("B8: a query that finds a free place is not told anything, however many come at once")
    void saysNothingToThoseWhoDoNotWait() {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    go.await(10, TimeUnit.SECONDS);
                    return Answer.of("x").done();
                },
                QueryFixture.config(50, 0))) {
            List<QueryFixture.Client> clients = java.util.stream.IntStream.range(0, 50)
                    .mapToObj(i -> f.client())
                    .toList();
            for (int i = 0; i < 50; i++) {
                clients.get(i).ask(request("r" + i));
                f.timers.advance(SOON);
            }
            go.countDown();
            clients.forEach(client -> assertThat(client.result()).contains("success"));
            assertThat(clients).allMatch(client -> client.events().equals(List.of("result")));
        }
    }
}
