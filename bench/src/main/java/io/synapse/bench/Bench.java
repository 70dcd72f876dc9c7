package io.synapse.bench;

import io.synapse.bench.load.LoadGenerator;
import io.synapse.bench.report.Comparison;
import io.synapse.bench.report.JsonReport;
import io.synapse.bench.report.Table;
import io.synapse.bench.server.ServerProcess;
import io.synapse.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Starts a server, measures, prints a table. Its working directory is that of this project. */
public final class Bench {

    private static final CountDownLatch DONE = new CountDownLatch(1);

    private Bench() {}

    /**
     * Measures.
     *
     * @param arguments see {@link Options#USAGE}
     * @throws IOException if the server could not be started
     * @throws InterruptedException if it was interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Options options;
        try {
            options = Options.of(arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage() + "\n\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        bound(options);
        run(options);
        DONE.countDown();
    }

    private static void run(Options options) throws IOException, InterruptedException {
        List<Comparison> comparisons = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(options.server());
                LoadGenerator generator = new LoadGenerator()) {
            Comparer comparer = new Comparer(options, server, generator);
            for (Workload workload : options.workloads()) {
                comparisons.add(comparer.compare(workload));
            }
        }
        Path report = Path.of("target", "report-" + options.server() + ".json");
        JsonReport.write(report, options.server(), comparisons);
        System.out.println();
        Table.lines(comparisons).forEach(System.out::println);
        System.out.println("\nevery run: bench/" + report);
    }

    private static void bound(Options options) {
        Thread guard = new Thread(() -> endWhenOver(Math.round(options.boundSeconds())), "time-bound");
        guard.setDaemon(true);
        guard.start();
    }

    private static void endWhenOver(long seconds) {
        try {
            if (!DONE.await(seconds, TimeUnit.SECONDS)) {
                System.err.println("not done after " + seconds + " s");
                System.exit(1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
