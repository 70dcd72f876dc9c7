package io.synapse.bench;

import io.synapse.bench.load.LoadGenerator;
import io.synapse.bench.report.Comparison;
import io.synapse.bench.report.Measurement;
import io.synapse.bench.report.Profile;
import io.synapse.bench.server.CpuTime;
import io.synapse.bench.server.FlightRecording;
import io.synapse.bench.server.ServerProcess;
import io.synapse.bench.server.Side;
import io.synapse.bench.workload.RefusedException;
import io.synapse.bench.workload.Traffic;
import io.synapse.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs one workload on both sides in turn, so that what disturbs the machine disturbs both. */
final class Comparer {

    private static final double NANOS = 1e9;
    private static final double PROFILE_LOAD = 2.5;
    private static final double PROFILE_SECONDS = 20;

    private final Options options;
    private final ServerProcess server;
    private final LoadGenerator generator;

    Comparer(Options options, ServerProcess server, LoadGenerator generator) {
        this.options = options;
        this.server = server;
        this.generator = generator;
    }

    Comparison compare(Workload workload) throws IOException {
        Map<Side, Traffic> traffic = new EnumMap<>(Side.class);
        Map<Side, List<Measurement>> runs = new EnumMap<>(Side.class);
        String problem = null;
        Side running = Side.SYNAPSE;
        try {
            for (Side side : Side.values()) {
                try {
                    traffic.put(side, workload.open(generator, server.socket(side)));
                } catch (RefusedException refused) {
                    problem = "refused";
                    System.out.println(workload.name() + " " + side.word() + ": " + refused.getMessage());
                }
            }
            // in turn, and twice: a server that has just started is still compiling after the first time
            for (int i = 0; i < 2; i++) {
                for (Map.Entry<Side, Traffic> each : traffic.entrySet()) {
                    running = each.getKey();
                    each.getValue().run(options.warmUpSeconds() / 2);
                }
            }
            for (int round = 1; round <= options.rounds(); round++) {
                for (Map.Entry<Side, Traffic> each : traffic.entrySet()) {
                    running = each.getKey();
                    Measurement run = measure(each.getValue());
                    runs.computeIfAbsent(each.getKey(), side -> new ArrayList<>())
                            .add(run);
                    tell(workload, round, each.getKey(), run);
                }
            }
            if (options.jfr() && runs.containsKey(Side.SYNAPSE)) {
                profile(workload);
            }
        } catch (IllegalStateException failed) {
            problem = running.word() + ": " + failed.getMessage();
            System.out.println(problem);
            runs.clear();
        } finally {
            traffic.values().forEach(Traffic::close);
        }
        return new Comparison(workload.name(), workload.connections(), runs, problem);
    }

    private Measurement measure(Traffic traffic) throws IOException {
        CpuTime serverBefore = server.cpu();
        Duration clientBefore = ownCpu();
        long start = System.nanoTime();
        Traffic.Outcome outcome = traffic.run(options.runSeconds());
        long end = System.nanoTime();
        CpuTime used = server.cpu().since(serverBefore);
        return new Measurement(
                outcome.messages(),
                (end - start) / NANOS,
                outcome.latencies().millis(50),
                outcome.latencies().millis(99),
                outcome.latencies().millis(99.9),
                outcome.lag().millis(99),
                used.working().toNanos() / NANOS,
                used.kernel().toNanos() / NANOS,
                used.compiling().toNanos() / NANOS,
                ownCpu().minus(clientBefore).toNanos() / NANOS);
    }

    /** A run of its own, because a profile costs as well; with more load, for more samples. */
    private void profile(Workload workload) throws IOException {
        Path file = Path.of("target", "jfr", options.server() + "-" + workload.name() + ".jfr");
        try (Traffic traffic = workload.times(PROFILE_LOAD).open(generator, server.socket(Side.SYNAPSE))) {
            FlightRecording recording = new FlightRecording(server, file);
            try {
                traffic.run(PROFILE_SECONDS);
            } catch (IllegalStateException overloaded) {
                System.out.println("under profiling: " + overloaded.getMessage());
            } finally {
                recording.stop();
            }
        }
        Profile.of(file).print();
    }

    private static Duration ownCpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private static void tell(Workload workload, int round, Side side, Measurement run) {
        System.out.printf(
                Locale.ROOT,
                "%s round %d %-7s %,9.0f messages/s, p50 %.2f p99 %.2f p99.9 %.2f ms, %.1f us a message%n",
                workload.name(),
                round,
                side.word(),
                run.perSecond(),
                run.p50(),
                run.p99(),
                run.p999(),
                run.cpuMicros());
    }
}
