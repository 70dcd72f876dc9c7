package io.synapse.bench.report;

import io.synapse.bench.server.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The comparisons as a table in Markdown, one line a side; figures are medians of the runs. */
public final class Table {

    private static final String HEAD =
            "| workload | connections | side | messages/s | p50 ms | p99 ms | p99.9 ms | CPU us/message | ratio |";
    private static final String RULE = "|---|---|---|---|---|---|---|---|---|";

    private Table() {}

    /**
     * Lays out comparisons.
     *
     * @param comparisons in the order of the lines
     * @return the lines, the head first
     */
    public static List<String> lines(List<Comparison> comparisons) {
        List<String> lines = new ArrayList<>(List.of(HEAD, RULE));
        for (Comparison comparison : comparisons) {
            for (Side side : Side.values()) {
                lines.add(
                        comparison.runs().containsKey(side)
                                ? line(comparison, side)
                                : String.format(
                                        "| %s | %d | %s | %s | | | | | |",
                                        comparison.workload(),
                                        comparison.connections(),
                                        side.word(),
                                        comparison.problem()));
            }
        }
        return lines;
    }

    private static String line(Comparison comparison, Side side) {
        return String.format(
                Locale.ROOT,
                "| %s | %d | %s | %,.0f | %.2f | %.2f | %.2f | %.1f | %s |",
                comparison.workload(),
                comparison.connections(),
                side.word(),
                comparison.median(side, Measurement::perSecond),
                comparison.median(side, Measurement::p50),
                comparison.median(side, Measurement::p99),
                comparison.median(side, Measurement::p999),
                comparison.median(side, Measurement::cpuMicros),
                side == Side.SYNAPSE && comparison.isComplete()
                        ? String.format(Locale.ROOT, "%.2f", comparison.ratio())
                        : "");
    }
}
