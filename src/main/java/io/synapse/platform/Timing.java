package io.synapse.platform;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** Everything whose time is recorded, each with what it tells an operator. Those of one metric differ in a label. */
public enum Timing {
    /** The first thought of a query. */
    FIRST_TOKEN("synapse.query.first.token", "from the acceptance of a query to its first thought", Bounds.LONG),
    /** A query that succeeded. */
    QUERY_SUCCEEDED("synapse.query.duration", Bounds.QUERY, Bounds.LONG, "status", "success"),
    /** A query that was interrupted. */
    QUERY_INTERRUPTED("synapse.query.duration", Bounds.QUERY, Bounds.LONG, "status", "interrupted"),
    /** A query that timed out. */
    QUERY_TIMED_OUT("synapse.query.duration", Bounds.QUERY, Bounds.LONG, "status", "timeout"),
    /** A query that failed. */
    QUERY_FAILED("synapse.query.duration", Bounds.QUERY, Bounds.LONG, "status", "error"),
    /** An engine that ended within the bound after it was told to stop. */
    STOPPED("synapse.query.stop", Bounds.STOP, Bounds.SHORT, "outcome", "stopped"),
    /** An engine that went on past the bound, until it ended. */
    STOPPED_LATE("synapse.query.stop", Bounds.STOP, Bounds.SHORT, "outcome", "late");

    /** What several of them have in common. */
    private static final class Bounds {
        private static final String QUERY = "from the acceptance of a query to its result";
        private static final String STOP = "from the moment an engine was told to stop until it had ended";
        private static final List<Duration> SHORT =
                millis(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 60_000);
        private static final List<Duration> LONG =
                millis(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 1_800_000);

        private static List<Duration> millis(long... bounds) {
            return LongStream.of(bounds).mapToObj(Duration::ofMillis).toList();
        }
    }

    /**
     * What tells those of one metric apart.
     *
     * @param name of the label
     * @param value one of few
     */
    public record Label(String name, String value) {}

    private final String metric;
    private final String meaning;
    private final List<Duration> bounds;
    private final Optional<Label> label;

    Timing(String metric, String meaning, List<Duration> bounds) {
        this.metric = metric;
        this.meaning = meaning;
        this.bounds = bounds;
        label = Optional.empty();
    }

    Timing(String metric, String meaning, List<Duration> bounds, String labelName, String labelValue) {
        this.metric = metric;
        this.meaning = meaning;
        this.bounds = bounds;
        label = Optional.of(new Label(labelName, labelValue));
    }

    /**
     * The name an operator sees, without its unit, which is seconds.
     *
     * @return dotted lower-case; those of one metric stand together
     */
    public String metric() {
        return metric;
    }

    /**
     * What the figure tells.
     *
     * @return one line, the same for all of one metric
     */
    public String meaning() {
        return meaning;
    }

    /**
     * What tells it from others of the same metric.
     *
     * @return empty if it is the only one
     */
    public Optional<Label> label() {
        return label;
    }

    Histogram histogram() {
        return new Histogram(bounds);
    }
}
