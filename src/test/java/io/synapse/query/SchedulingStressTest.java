package io.synapse.query;

import static io.synapse.query.QueryFixture.NOTHING;
import static io.synapse.query.QueryFixture.TIMEOUT;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.FairnessConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.Toolbox;
import io.synapse.platform.Counter;
import io.synapse.protocol.OnDisconnect;
import io.synapse.query.QueryService.Submission;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SchedulingStressTest {

    private static final int THREADS = 8;
    private static final int EACH = 2000;
    private static final int TENANTS = 3;
    private static final int PER_TENANT = 2;
    private static final int AT_ONCE = 5;

    private static QueryRequest request(String ref, String tenant, int priority) {
        return new QueryRequest(
                id(ref),
                new Payer(tenant, tenant),
                "why?",
                priority,
                TIMEOUT,
                OptionalDouble.empty(),
                OnDisconnect.CONTINUE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Toolbox.EMPTY,
                Optional.empty());
    }

    @Test
    @Timeout(120)
    @DisplayName(
            "B8 M4 M6: whatever races, every query that was accepted ends once, bounds hold, and nothing is left over")
    void everythingEnds() throws Exception {
        Map<String, AtomicInteger> running = new ConcurrentHashMap<>();
        AtomicInteger all = new AtomicInteger();
        AtomicInteger beyond = new AtomicInteger();
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    String tenant = question.ref().substring(0, 2);
                    AtomicInteger own = running.computeIfAbsent(tenant, name -> new AtomicInteger());
                    boolean tooMany = own.incrementAndGet() > PER_TENANT;
                    if (all.incrementAndGet() > AT_ONCE || tooMany) {
                        beyond.incrementAndGet();
                    }
                    try {
                        for (int i = 0; i < question.ref().hashCode() % 50; i++) {
                            Thread.yield();
                        }
                        return Answer.of("x").done();
                    } finally {
                        own.decrementAndGet();
                        all.decrementAndGet();
                    }
                },
                VirtualNode.config(
                        AT_ONCE,
                        40,
                        new FairnessConfig(PER_TENANT, 15, Duration.ofSeconds(5), Duration.ofSeconds(1))))) {
            f.race(THREADS, Duration.ofSeconds(1), (number, random) -> {
                for (int i = 0; i < EACH; i++) {
                    String tenant = "t" + random.nextInt(TENANTS);
                    String ref = tenant + "-" + number + "-" + i;
                    if (random.nextInt(20) == 0) {
                        f.service.reserve(new Payer(tenant, tenant)).ifPresent(QueryService.Place::giveBack);
                    }
                    QueryRequest request = request(ref, tenant, random.nextInt(10));
                    if (f.service.submit(request, NOTHING) == Submission.STARTED) {
                        accepted.incrementAndGet();
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
            assertThat(f.count(Counter.QUERIES_STARTED)).isEqualTo(accepted.get());
            assertThat(f.ended()).isEqualTo(accepted.get());
            assertThat(beyond).hasValue(0);
            assertThat(f.service.status().waiting()).isZero();
            assertThat(f.service.tenants()).isZero();
            assertThat(f.service.waitingByPriority()).containsOnly(0);
            // All places are there again.
            for (int i = 0; i < PER_TENANT + 15; i++) {
                assertThat(f.service.reserve(new Payer("t0", "t0"))).isPresent();
            }
            assertThat(f.service.reserve(new Payer("t0", "t0"))).isEmpty();
            assertThat(f.service.reserve(new Payer("t1", "t1"))).isPresent();
        }
    }
}
