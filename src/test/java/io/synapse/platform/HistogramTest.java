package io.synapse.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.platform.Histogram.Bucket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HistogramTest {

    private final Histogram histogram = new Histogram(List.of(Duration.ofMillis(1), Duration.ofMillis(10)));

    @Test
    @DisplayName("B3: each bucket counts what took no longer, and the last one everything")
    void counts() {
        histogram.record(-5);
        histogram.record(1_000_000);
        histogram.record(1_000_001);
        histogram.record(10_000_000);
        histogram.record(Long.MAX_VALUE / 4);
        Histogram.Snapshot snapshot = histogram.snapshot();
        assertThat(snapshot.buckets())
                .containsExactly(new Bucket(0.001, 2), new Bucket(0.01, 4), new Bucket(Double.POSITIVE_INFINITY, 5));
        assertThat(snapshot.count()).isEqualTo(5);
        assertThat(snapshot.seconds()).isGreaterThan(1e9);
    }

    @Test
    @DisplayName("nothing recorded is zero everywhere")
    void empty() {
        assertThat(histogram.snapshot().count()).isZero();
        assertThat(histogram.snapshot().seconds()).isZero();
    }

    @Test
    @DisplayName("bounds that do not ascend are refused")
    void refusesBounds() {
        List<Duration> twice = List.of(Duration.ofMillis(1), Duration.ofMillis(1));
        assertThatThrownBy(() -> new Histogram(twice)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Histogram(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("B3: nothing that many threads record is lost")
    void isSafe() throws InterruptedException {
        int threads = 8;
        int each = 20_000;
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> all = java.util.stream.IntStream.range(0, threads)
                .mapToObj(number -> new Thread(() -> {
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    for (int i = 0; i < each; i++) {
                        histogram.record(i % 3 * 5_000_000L);
                    }
                }))
                .toList();
        all.forEach(Thread::start);
        go.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(histogram.snapshot().count()).isEqualTo((long) threads * each);
    }

    @Test
    @DisplayName("every timing has a metric, a meaning that is that of its metric, and a label of its own there")
    void timings() {
        Map<String, String> meanings = new TreeMap<>();
        Set<String> names = new TreeSet<>();
        for (Timing timing : Timing.values()) {
            assertThat(timing.metric()).matches("synapse(\\.[a-z]+)+");
            assertThat(meanings.merge(timing.metric(), timing.meaning(), (one, other) -> other))
                    .isEqualTo(timing.meaning());
            assertThat(names.add(timing.metric() + timing.label())).isTrue();
        }
        List<String> metrics =
                Arrays.stream(Timing.values()).map(Timing::metric).toList();
        // They stand together, so that the text has one head for all.
        assertThat(metrics)
                .isEqualTo(metrics.stream()
                        .distinct()
                        .flatMap(name -> metrics.stream().filter(name::equals))
                        .toList());
    }
}
