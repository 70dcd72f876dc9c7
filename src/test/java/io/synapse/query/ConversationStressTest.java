package io.synapse.query;

import static io.synapse.query.ConversationFixture.key;
import static io.synapse.query.ConversationFixture.request;
import static io.synapse.query.QueryFixture.NOTHING;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.DoubleTexting;
import io.synapse.conversation.ConversationKey;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.query.QueryService.Submission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ConversationStressTest {

    private static final int THREADS = 8;
    private static final int EACH = 1000;
    private static final int CONVERSATIONS = 3;

    @Test
    @Timeout(120)
    @DisplayName(
            "B4 M6: many who ask, interrupt and repeat at a time: one query of a conversation goes on, each is recorded")
    void goesOnOneByOne() throws Exception {
        AtomicReference<ConversationGate> gate = new AtomicReference<>();
        AtomicInteger beside = new AtomicInteger();
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    ConversationKey own = key(question.ref().substring(0, 2));
                    for (int i = 0; i < 3; i++) {
                        boolean mine = gate.get().running(own).equals(Optional.of(question.ref()));
                        if (!mine && !context.cancellation().isCancelled()) {
                            beside.incrementAndGet();
                        }
                        context.emit(Thought.text("w" + i));
                        Thread.yield();
                    }
                    return Answer.of("x").done();
                },
                // None is forgotten before it is asked again.
                QueryFixture.config(5, 60, 1000, 1 << 20, 1 << 20, THREADS * EACH, 1L << 30))) {
            gate.set(f.gate);
            f.race(THREADS, Duration.ofMillis(10), (number, random) -> {
                for (int i = 0; i < EACH; i++) {
                    String conversation = "c" + random.nextInt(CONVERSATIONS);
                    String ref = conversation + "-" + number + "-" + i;
                    DoubleTexting rule = DoubleTexting.values()[random.nextInt(4)];
                    QueryRequest request = request(ref, "ann", conversation, rule);
                    Submission submission = f.service.submit(request, NOTHING);
                    if (submission == Submission.STARTED) {
                        accepted.incrementAndGet();
                        f.service.submit(request, NOTHING);
                    } else {
                        refused.incrementAndGet();
                    }
                    if (random.nextInt(4) == 0) {
                        f.service.interrupt(id(ref), "race", outcome -> {});
                    }
                }
            });
            until(() -> f.ended() == accepted.get());
            until(() -> f.service.status().running() == 0);

            assertThat(accepted.get() + refused.get()).isEqualTo(THREADS * EACH);
            assertThat(accepted.get()).isGreaterThan(THREADS);
            assertThat(beside).hasValue(0);
            assertThat(f.count(Counter.TURNS) + f.count(Counter.TURNS_ROLLED_BACK))
                    .isEqualTo(accepted.get());
            assertThat(f.gate.active()).isZero();
            assertThat(f.service.tenants()).isZero();
            assertThat(f.service.status().waiting()).isZero();
            for (int i = 0; i < CONVERSATIONS; i++) {
                assertInOrder(f, key("c" + i));
            }
        }
    }

    /** What one thread has asked is there in the order in which it asked. */
    private static void assertInOrder(QueryFixture f, ConversationKey key) {
        List<String> refs =
                f.conversations.read(key, 0, 1000).toCompletableFuture().join().orElseThrow().turns().stream()
                        .map(turn -> turn.ref())
                        .toList();
        for (int thread = 0; thread < THREADS; thread++) {
            String begins = key.id() + "-" + thread + "-";
            assertThat(refs.stream()
                            .filter(ref -> ref.startsWith(begins))
                            .map(ref -> Integer.parseInt(ref.substring(begins.length()))))
                    .isSorted();
        }
        assertThat(refs).doesNotHaveDuplicates();
    }
}
