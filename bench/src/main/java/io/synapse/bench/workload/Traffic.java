package io.synapse.bench.workload;

import io.synapse.bench.load.Latencies;

/** Open connections to one endpoint, over which one workload runs as often as one likes. */
public interface Traffic extends AutoCloseable {

    /**
     * Runs the workload.
     *
     * @param seconds how long questions are asked; it ends when the last one is answered
     * @return what came of it
     * @throws IllegalStateException if an answer was wrong or did not come
     */
    Outcome run(double seconds);

    /** Closes the connections. */
    @Override
    void close();

    /**
     * What came of one run.
     *
     * @param messages frames received
     * @param latencies from when a question was due to its answer
     * @param lag from when it was due to when it was sent
     */
    record Outcome(long messages, Latencies latencies, Latencies lag) {}
}
