package io.synapse.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.FairnessConfig;
import io.synapse.query.QueryScheduler.Bound;
import io.synapse.query.VirtualNode.Asked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FairSchedulingTest {

    private static FairnessConfig fairness(int concurrent, int queued) {
        return new FairnessConfig(concurrent, queued, Duration.ofSeconds(5), Duration.ofSeconds(1));
    }

    private static long p99(List<Asked> asked, java.util.function.ToLongFunction<Asked> figure) {
        long[] sorted = asked.stream().mapToLong(figure).sorted().toArray();
        return sorted[(int) Math.ceil(sorted.length * 0.99) - 1];
    }

    /** 200 queries, one a second, each of 300 to 700 ms. */
    private static List<Asked> onePerSecond(VirtualNode node) {
        List<Asked> asked = new ArrayList<>();
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            long takes = 300 + random.nextInt(401);
            node.at(i * 1000L, () -> asked.add(node.ask("B", 5, takes)));
        }
        return asked;
    }

    @ParameterizedTest
    @CsvSource({"48, 500", "0, 500", "48, 0", "0, 0"})
    @DisplayName("B8: while A floods 10,000 queries, B's p99 is at most twice what it is alone")
    void aFloodLeavesRoomForOthers(int concurrent, int queued) {
        VirtualNode quiet = new VirtualNode(64, 10_000, fairness(concurrent, queued));
        List<Asked> alone = onePerSecond(quiet);
        quiet.run();

        VirtualNode node = new VirtualNode(64, 10_000, fairness(concurrent, queued));
        List<Asked> others = new ArrayList<>();
        Random random = new Random(8);
        node.at(0, () -> {
            for (int i = 0; i < 10_000; i++) {
                flood(node, others, random);
            }
        });
        List<Asked> beside = onePerSecond(node);
        node.run();

        assertThat(beside).doesNotContainNull().hasSize(200);
        assertThat(p99(beside, Asked::latency)).isLessThanOrEqualTo(2 * p99(alone, Asked::latency));
        assertThat(others).isNotEmpty().allMatch(asked -> asked.endedAt >= 0);
        if (concurrent > 0) {
            assertThat(beside).allMatch(asked -> asked.waited() == 0);
        }
        assertThat(node.scheduler.running() + node.scheduler.waiting() + node.scheduler.tenants())
                .isZero();
    }

    /** A asks again whenever it is refused, half a second later, for three minutes. */
    private static void flood(VirtualNode node, List<Asked> others, Random random) {
        Asked asked = node.ask("A", 5, 300 + random.nextInt(401));
        if (asked != null) {
            others.add(asked);
        } else if (node.now() < 180_000) {
            node.at(node.now() + 500, () -> flood(node, others, random));
        }
    }

    @Test
    @DisplayName("B8 M4: the lowest priority has its turn among an endless stream of the highest")
    void nothingStarves() {
        VirtualNode node = new VirtualNode(1, 1000, fairness(0, 0));
        for (int i = 0; i < 2000; i++) {
            node.at(i * 100L, () -> node.ask("A", 9, 100));
            node.at(i * 100L, () -> node.ask("C", 9, 100));
        }
        List<Asked> low = new ArrayList<>();
        node.at(50, () -> low.add(node.ask("B", 0, 100)));
        node.at(60, () -> low.add(node.ask("A", 0, 100)));
        node.runUntil(200_000);

        Asked other = low.get(0);
        // Nine steps of five seconds, and then one turn of each of the others, and the one that runs.
        assertThat(other.waited()).isBetween(45_000L, 45_400L);
        // A's own flood is before it: what A asked up to then, and each with a turn of C's.
        node.run();
        assertThat(low.get(1).endedAt).isPositive();
        assertThat(node.started).allMatch(asked -> asked.endedAt >= 0);
    }

    @Test
    @DisplayName("B8: inside a priority tenants take turns, each in its own order")
    void turns() {
        VirtualNode node = new VirtualNode(1, 1000, fairness(0, 0));
        node.ask("first", 5, 10);
        for (int i = 0; i < 6; i++) {
            node.ask("A", 5, 10 + i);
        }
        for (int i = 0; i < 2; i++) {
            node.ask("B", 5, 10 + i);
            node.ask("C", 5, 10 + i);
        }
        node.ask("A", 7, 10);
        node.run();

        assertThat(node.started.stream().map(asked -> asked.tenant))
                .containsExactly("first", "A", "A", "B", "C", "A", "B", "C", "A", "A", "A", "A");
        assertThat(node.started.get(1).priority).isEqualTo(7);
        List<Asked> own = node.started.stream()
                .filter(asked -> asked.tenant.equals("A"))
                .skip(1)
                .toList();
        assertThat(own).isSortedAccordingTo((a, b) -> Long.compare(a.endedAt - a.startedAt, b.endedAt - b.startedAt));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName(
            "B8: whatever comes, everything ends, bounds hold, and a tenant's queries of a priority keep their order")
    void randomSchedules(long seed) {
        Random random = new Random(seed);
        int maxRunning = 1 + random.nextInt(8);
        int each = random.nextInt(maxRunning + 1);
        int queued = random.nextInt(100);
        int queuedEach = random.nextInt(50);
        VirtualNode node = new VirtualNode(maxRunning, queued, fairness(each, queuedEach));
        List<Asked> all = new ArrayList<>();
        List<Asked> withdrawn = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            String tenant = "t" + (int) Math.sqrt(random.nextInt(36));
            int priority = random.nextInt(10);
            long takes = 1 + random.nextInt(2000);
            boolean leaves = random.nextInt(10) == 0;
            long at = random.nextInt(300_000);
            node.at(at, () -> {
                Asked asked = node.ask(tenant, priority, takes);
                assertThat(node.scheduler.waiting()).isLessThanOrEqualTo(queued);
                if (asked != null) {
                    all.add(asked);
                    if (leaves) {
                        node.at(at + takes, () -> {
                            if (asked.withdraw()) {
                                withdrawn.add(asked);
                                assertThat(asked.withdraw()).isFalse();
                            }
                        });
                    }
                }
            });
        }
        node.run();

        all.removeAll(withdrawn);
        assertThat(all).allMatch(asked -> asked.endedAt >= 0);
        assertThat(withdrawn).allMatch(asked -> asked.startedAt < 0);
        assertThat(node.most()).isLessThanOrEqualTo(maxRunning);
        assertThat(node.mostOf.values()).allMatch(most -> most <= (each == 0 ? maxRunning : each));
        Map<String, Long> last = new HashMap<>();
        for (Asked asked : node.started) {
            Long before = last.put(asked.tenant + asked.priority, asked.askedAt);
            assertThat(before == null || before <= asked.askedAt).isTrue();
        }
        assertThat(node.scheduler.running() + node.scheduler.waiting() + node.scheduler.tenants())
                .isZero();
        assertThat(node.scheduler.waitingByPriority()).hasSize(10).containsOnly(0);
    }

    @Test
    @DisplayName("B8: a refusal names the bound, and what a tenant may not have is left for others")
    void bounds() {
        VirtualNode node = new VirtualNode(4, 6, fairness(3, 2));
        IntStream.range(0, 6).forEach(i -> node.ask("A", 5, 100));
        assertThat(node.refused).isEqualTo(Map.of(Bound.TENANT, 1));
        assertThat(node.scheduler.running()).isEqualTo(3);
        assertThat(node.scheduler.waiting()).isEqualTo(2);

        IntStream.range(0, 5).forEach(i -> node.ask("B", 5, 100));
        assertThat(node.scheduler.running()).isEqualTo(4);
        assertThat(node.scheduler.waiting()).isEqualTo(6);
        assertThat(node.refused).isEqualTo(Map.of(Bound.TENANT, 1));

        assertThat(node.ask("C", 5, 100)).isNull();
        assertThat(node.refused).isEqualTo(Map.of(Bound.TENANT, 1, Bound.SERVER, 1));
        node.run();
        assertThat(node.started).hasSize(10);
    }

    @Test
    @DisplayName("B8: a refusal says when to try again, by how long queries took of late")
    void retries() {
        VirtualNode node = new VirtualNode(2, 100, fairness(1, 10));
        assertThat(node.scheduler.retryAfter("A")).isEqualTo(ServiceTime.UNKNOWN);
        node.ask("A", 5, 4000);
        node.run();
        IntStream.range(0, 11).forEach(i -> node.ask("A", 5, 400));

        // Ten wait, one at a time.
        assertThat(node.scheduler.retryAfter("A")).isEqualTo(Duration.ofSeconds(44));
        // The same ten, two at a time.
        assertThat(node.scheduler.retryAfter("B")).isEqualTo(Duration.ofSeconds(22));
        node.run();
        for (int i = 0; i < 100; i++) {
            node.ask("A", 5, 1);
            node.run();
        }
        assertThat(node.scheduler.retryAfter("A")).isEqualTo(Duration.ofMillis(100));
        node.ask("A", 5, 10_000_000);
        node.run();
        assertThat(node.scheduler.retryAfter("A")).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    @DisplayName("B8: positions count from the front, in the order of turns, and as many are told as are asked for")
    void positions() {
        VirtualNode node = new VirtualNode(1, 1000, fairness(0, 0));
        node.ask("first", 5, 1000);
        Asked a1 = node.ask("A", 5, 10);
        Asked a2 = node.ask("A", 5, 10);
        Asked b1 = node.ask("B", 5, 10);
        Asked high = node.ask("C", 6, 10);
        assertThat(node.scheduler.tellPositions(3)).isEqualTo(3);
        assertThat(List.of(high.position, a1.position, b1.position, a2.position))
                .containsExactly(1, 2, 3, 0);
        b1.withdraw();
        assertThat(node.scheduler.tellPositions(1000)).isEqualTo(3);
        assertThat(List.of(high.position, a1.position, a2.position)).containsExactly(1, 2, 3);
        node.run();
        assertThat(node.scheduler.tellPositions(1000)).isZero();
    }
}
