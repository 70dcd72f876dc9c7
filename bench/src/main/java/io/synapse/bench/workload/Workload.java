package io.synapse.bench.workload;

import io.synapse.bench.load.LoadGenerator;
import java.net.URI;
import java.util.List;

/**
 * One kind of load. Immutable.
 *
 * @param name how the command line calls it
 * @param kind what is asked
 * @param connections that receive
 * @param burst questions that are sent at the same time
 * @param perSecond questions a second
 */
public record Workload(String name, Kind kind, int connections, int burst, double perSecond) {

    /** What is asked. */
    public enum Kind {
        /** {@code ping}, answered by a reply and a {@code pong}. */
        ROUND_TRIP,
        /** {@code query}, answered by a reply, the thoughts and a result. */
        QUERY,
        /** {@code publish}, delivered to every connection; the burst is also the most that may be open. */
        FAN_OUT
    }

    /**
     * All of them. The rates leave a server on two cores idle for more than half of the time, so that latency is that of
     * the server and not of a queue.
     *
     * @return in the order in which they run
     */
    public static List<Workload> all() {
        return List.of(
                new Workload("round-trip-1", Kind.ROUND_TRIP, 1, 1, 2000),
                new Workload("round-trip-100", Kind.ROUND_TRIP, 100, 1, 4000),
                new Workload("query-1", Kind.QUERY, 1, 1, 200),
                new Workload("query-100", Kind.QUERY, 100, 1, 400),
                new Workload("query-1000", Kind.QUERY, 1000, 1, 400),
                new Workload("fan-out-1", Kind.FAN_OUT, 1000, 1, 10),
                new Workload("fan-out-16", Kind.FAN_OUT, 1000, 16, 16));
    }

    /**
     * The same at another rate.
     *
     * @param factor more than 1 for more
     * @return a new workload
     */
    public Workload times(double factor) {
        return new Workload(name, kind, connections, burst, perSecond * factor);
    }

    /**
     * Opens the connections and joins.
     *
     * @param generator opens them
     * @param uri of the endpoint
     * @return ready to run
     * @throws RefusedException if the endpoint does not know what is asked
     */
    public Traffic open(LoadGenerator generator, URI uri) {
        return kind == Kind.FAN_OUT ? new FanOut(this, generator, uri) : new Questions(this, generator, uri);
    }
}
