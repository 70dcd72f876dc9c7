package io.synapse.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.bench.server.Side;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    @Test
    @DisplayName("The ratio is the median of those of neighbouring runs, so that one disturbed run does not count")
    void ratio() {
        Comparison comparison = new Comparison(
                "query-1", 1, Map.of(Side.SYNAPSE, runs(15, 300, 30), Side.BARE, runs(10, 20, 20)), null);

        assertThat(comparison.ratio()).isEqualTo(1.5);
        assertThat(comparison.median(Side.SYNAPSE, Measurement::cpuMicros)).isEqualTo(30);
        assertThat(Table.lines(List.of(comparison))).hasSize(4).anyMatch(line -> line.endsWith("| 30.0 | 1.50 |"));
    }

    @Test
    @DisplayName("A side that could not be measured is a line that says so")
    void missingSide() {
        Comparison comparison = new Comparison("fan-out-1", 1000, Map.of(Side.BARE, runs(10)), "refused");

        assertThat(comparison.isComplete()).isFalse();
        assertThat(Table.lines(List.of(comparison))).anyMatch(line -> line.contains("synapse | refused |"));
    }

    private static List<Measurement> runs(double... micros) {
        return DoubleStream.of(micros)
                .mapToObj(each -> new Measurement(1_000_000, 10, 1, 2, 3, 0, each, 0, 0, 0))
                .toList();
    }
}
