package io.synapse.bench.report;

/**
 * One run of one side.
 *
 * @param messages frames received by the clients
 * @param seconds from the first question to the last answer
 * @param p50 latency in milliseconds; the next two as well
 * @param p99 99 percent were faster
 * @param p999 99.9 percent were faster
 * @param lagP99 milliseconds that the generator was late by, and that are part of the latencies
 * @param serverCpuSeconds used by the server, by all of its threads but those of the compiler
 * @param kernelCpuSeconds of these, in system calls; the kernel may only estimate it
 * @param compilerCpuSeconds used by the server's compiler: much of it means that the server is not warm
 * @param clientCpuSeconds used by the load generator
 */
public record Measurement(
        long messages,
        double seconds,
        double p50,
        double p99,
        double p999,
        double lagP99,
        double serverCpuSeconds,
        double kernelCpuSeconds,
        double compilerCpuSeconds,
        double clientCpuSeconds) {

    private static final double MICROS = 1e6;

    /**
     * The throughput.
     *
     * @return frames a second
     */
    public double perSecond() {
        return messages / seconds;
    }

    /**
     * The cost.
     *
     * @return microseconds of the server's CPU time for each frame
     */
    public double cpuMicros() {
        return serverCpuSeconds * MICROS / messages;
    }
}
