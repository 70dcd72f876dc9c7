package io.synapse.query;

import static io.synapse.query.QueryFixture.config;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.budget.Level;
import io.synapse.config.BudgetConfig.Limits;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.query.QueryService.Submission;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueryBudgetTest {

    private static long used(QueryFixture f, Level.Kind kind) {
        return f.service.budget("t").levels().stream()
                .filter(level -> level.kind() == kind)
                .findFirst()
                .orElseThrow()
                .used();
    }

    @Test
    @DisplayName(
            "B9: at 100 percent the query ends as interrupted, with what was shown; warnings came before, each once")
    void stopsInTheMiddle() {
        AtomicInteger emitted = new AtomicInteger();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    while (true) {
                        context.emit(Thought.text("x"));
                        emitted.incrementAndGet();
                    }
                },
                config(4, 16),
                new Limits(0, 100))) {
            QueryFixture.Client client = f.client();
            assertThat(client.askAs(request("r"))).isEqualTo(Submission.STARTED);
            assertThat(client.result())
                    .contains("\"status\":\"interrupted\"")
                    .contains("\"reason\":\"budget_exhausted\"")
                    .contains("\"last_seq\":100");
            assertThat(client.texts("thought")).hasSize(100);
            assertThat(client.texts("interrupted").get(0)).contains("budget_exhausted");
            assertThat(emitted).hasValue(99);
            assertThat(client.texts("budget")).hasSize(2);
            assertThat(client.texts("budget").get(0))
                    .contains("{\"kind\":\"output_tokens\",\"used\":80,\"limit\":100,\"percent\":80,\"resets_at\":");
            assertThat(client.texts("budget").get(1)).contains("\"percent\":95");
            assertThat(f.count(Counter.BUDGET_STOPPED)).isEqualTo(1);

            assertThat(client.askAs(request("next"))).isEqualTo(Submission.BUDGET_EXHAUSTED);
            assertThat(f.count(Counter.BUDGET_REFUSED)).isEqualTo(1);
            assertThat(f.service.exists(id("next"))).isFalse();
            // What has ended can be had again.
            assertThat(f.client().askAs(request("r"))).isEqualTo(Submission.ATTACHED);
            until(() -> f.service.status().running() == 0);
        }
    }

    @Test
    @DisplayName("B9: several queries of one subject together go past the limit by no more than one thought")
    void together() {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    while (true) {
                        context.emit(Thought.text("twelve chars"));
                        Thread.yield();
                    }
                },
                config(8, 16, 100_000, 1 << 28, 1 << 20, 100, 1L << 30),
                new Limits(0, 5000))) {
            for (int i = 0; i < 8; i++) {
                assertThat(f.service.submit(request("r" + i), QueryFixture.NOTHING))
                        .isEqualTo(Submission.STARTED);
            }
            until(() -> f.ended() == 8);
            assertThat(f.count(Counter.QUERIES_INTERRUPTED)).isEqualTo(8);
            long tokens = 0;
            for (int i = 0; i < 8; i++) {
                tokens += 3 * f.service.lastSeq(id("r" + i));
            }
            assertThat(tokens).isBetween(4990L, 5002L);
            assertThat(used(f, Level.Kind.OUTPUT_TOKENS)).isBetween(5000L, 5002L);
            until(() -> f.service.status().running() == 0);
        }
    }

    @Test
    @DisplayName("B9: what the engine says of its usage counts in the end, more or less than the estimate")
    void usage() {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    context.emit(Thought.text("four and four, and four"));
                    context.emit(Thought.of("reasoning", "x"));
                    context.progress(50, "half");
                    long said = question.ref().equals("more") ? 50 : 2;
                    return new Answer(Map.of("answer", "x", "usage", Map.of("output_tokens", said))).done();
                },
                config(4, 16),
                new Limits(10, 1000))) {
            QueryFixture.Client client = f.client();
            client.askAs(request("more"));
            client.result();
            assertThat(used(f, Level.Kind.OUTPUT_TOKENS)).isEqualTo(50);
            QueryFixture.Client other = f.client();
            other.askAs(request("less"));
            other.result();
            assertThat(used(f, Level.Kind.OUTPUT_TOKENS)).isEqualTo(52);
            assertThat(used(f, Level.Kind.QUERIES)).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("B9: what an engine says of its usage cannot give a budget back, however absurd it is")
    void absurdUsage() {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    context.emit(Thought.text("one"));
                    long said = Long.parseLong(question.ref());
                    return new Answer(Map.of("answer", "x", "usage", Map.of("output_tokens", said))).done();
                },
                config(4, 16),
                new Limits(10, 1000))) {
            for (long said : new long[] {Long.MIN_VALUE, 10, Long.MAX_VALUE}) {
                QueryFixture.Client client = f.client();
                client.askAs(request(Long.toString(said)));
                client.result();
            }
            assertThat(used(f, Level.Kind.OUTPUT_TOKENS)).isEqualTo(10L + Integer.MAX_VALUE);
            assertThat(f.client().askAs(request("0"))).isEqualTo(Submission.BUDGET_EXHAUSTED);
        }
    }

    @Test
    @DisplayName(
            "B9: so many queries and no more; who attaches, is refused for want of a place or gives back does not count")
    void queries() {
        CountDownLatch go = new CountDownLatch(1);
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    go.await(30, TimeUnit.SECONDS);
                    return Answer.of("x").done();
                },
                config(1, 1),
                new Limits(3, 0))) {
            QueryFixture.Client client = f.client();
            client.askAs(request("r1"));
            assertThat(client.askAs(request("r1"))).isEqualTo(Submission.ATTACHED);
            assertThat(client.askAs(request("r2"))).isEqualTo(Submission.STARTED);
            assertThat(client.askAs(request("r3"))).isEqualTo(Submission.OVERLOADED);
            assertThat(used(f, Level.Kind.QUERIES)).isEqualTo(2);
            go.countDown();
            until(() -> f.ended() == 2 && f.service.status().running() == 0);
            f.service.reserve(new Payer("t", "t")).orElseThrow().giveBack();
            assertThat(used(f, Level.Kind.QUERIES)).isEqualTo(2);
            assertThat(client.askAs(request("r3"))).isEqualTo(Submission.STARTED);
            assertThat(client.askAs(request("r4"))).isEqualTo(Submission.BUDGET_EXHAUSTED);
            assertThat(f.service.reserve(new Payer("t", "t"))).isEmpty();
            assertThat(client.texts("budget")).hasSize(1);
            assertThat(client.texts("budget").get(0)).contains("\"kind\":\"queries\",\"used\":3,\"limit\":3");
            f.timers.advance(Duration.ofDays(1));
        }
    }

    @Test
    @DisplayName("B9: only who follows in the subject's own name is warned of its budget")
    void nobodyElse() {
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    for (int i = 0; i < 90; i++) {
                        context.emit(Thought.text("x"));
                    }
                    return Answer.of("x").done();
                },
                config(4, 16),
                new Limits(0, 100))) {
            QueryFixture.Client owner = f.client();
            QueryFixture.Client other = f.client();
            QueryFixture.Client nobody = f.client();
            QueryRequest request = request("r");
            f.service.submit(request, isNew -> {
                for (var each : List.of(Map.entry(owner, "t"), Map.entry(other, "somebody else"))) {
                    QueryViewer.Start start = new QueryViewer.Start(0, false).of(each.getValue());
                    f.service.follow(request.id(), each.getKey().connection, QueryFixture.format(), start);
                }
                nobody.follow("r", 0);
            });
            assertThat(owner.result()).contains("success");
            assertThat(owner.texts("budget")).hasSize(1);
            assertThat(other.result()).contains("success");
            assertThat(other.texts("budget")).isEmpty();
            assertThat(nobody.texts("budget")).isEmpty();
        }
    }
}
