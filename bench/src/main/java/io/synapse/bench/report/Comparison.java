package io.synapse.bench.report;

import io.synapse.bench.server.Side;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * All runs of one workload. Immutable.
 *
 * @param workload its name
 * @param connections that received
 * @param runs of each side, in the order in which they alternated; a side may be missing
 * @param problem why one is; null if none is
 */
public record Comparison(String workload, int connections, Map<Side, List<Measurement>> runs, String problem) {

    /**
     * The middle one of some figures.
     *
     * @param side whose
     * @param figure which
     * @return their median
     */
    public double median(Side side, ToDoubleFunction<Measurement> figure) {
        return median(runs.get(side).stream().mapToDouble(figure).toArray());
    }

    /**
     * Whether both sides were measured.
     *
     * @return if not, there is no ratio
     */
    public boolean isComplete() {
        return runs.keySet().containsAll(List.of(Side.values()));
    }

    /**
     * How many times the CPU time of the bare endpoint Synapse needs for a message.
     *
     * @return the median of the ratios of neighbouring runs
     */
    public double ratio() {
        List<Measurement> synapse = runs.get(Side.SYNAPSE);
        List<Measurement> bare = runs.get(Side.BARE);
        return median(IntStream.range(0, synapse.size())
                .mapToDouble(i -> synapse.get(i).cpuMicros() / bare.get(i).cpuMicros())
                .toArray());
    }

    private static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
