package io.synapse.operations;

import io.synapse.platform.Counters;
import io.synapse.platform.Histogram;
import io.synapse.platform.Timing;

/** How long things took, as histograms in the Prometheus text format: seconds, each bucket with all that was shorter. */
final class Timings {

    private Timings() {}

    static void write(StringBuilder text, Counters counters) {
        String before = "";
        for (Timing timing : Timing.values()) {
            String name = timing.metric().replace('.', '_') + "_seconds";
            if (!name.equals(before)) {
                text.append("# HELP ")
                        .append(name)
                        .append(' ')
                        .append(timing.meaning())
                        .append('\n');
                text.append("# TYPE ").append(name).append(" histogram\n");
                before = name;
            }
            write(text, name, timing, counters.get(timing));
        }
    }

    private static void write(StringBuilder text, String name, Timing timing, Histogram.Snapshot recorded) {
        String label = timing.label()
                .map(named -> named.name() + "=\"" + named.value() + '"')
                .orElse("");
        String separator = label.isEmpty() ? "" : ",";
        String labels = label.isEmpty() ? "" : '{' + label + '}';
        for (Histogram.Bucket bucket : recorded.buckets()) {
            text.append(name).append("_bucket{").append(label).append(separator).append("le=\"");
            text.append(Double.isInfinite(bucket.seconds()) ? "+Inf" : String.valueOf(bucket.seconds()));
            text.append("\"} ").append(bucket.count()).append('\n');
        }
        text.append(name).append("_sum").append(labels).append(' ');
        text.append(recorded.seconds()).append('\n');
        text.append(name).append("_count").append(labels).append(' ');
        text.append(recorded.count()).append('\n');
    }
}
