package io.synapse.bench.endurance;

import io.synapse.bench.server.Runs;
import io.synapse.bench.server.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts a server and lets one of the long runs loose on it. Its working directory is that of this project. */
public final class Endurance {

    private static final String USAGE = """
            bench/run.sh slow-reader [payara|wildfly] [--minutes n] [--readers n]   10 minutes, 999 readers
            bench/run.sh soak [payara|wildfly] [--minutes n]                        30 minutes
            """;

    private Endurance() {}

    /**
     * Runs.
     *
     * @param arguments the name of the run, then options
     */
    public static void main(String[] arguments) {
        Runs.toTheEnd(() -> run(arguments));
    }

    private static void run(String... arguments) throws Exception {
        String run = "";
        String server = "payara";
        double minutes = 0;
        int readers = 999;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "slow-reader", "soak" -> run = arguments[i];
                case "payara", "wildfly" -> server = arguments[i];
                case "--minutes" -> minutes = Double.parseDouble(arguments[++i]);
                case "--readers" -> readers = Integer.parseInt(arguments[++i]);
                default -> usage();
            }
        }
        switch (run) {
            case "slow-reader" -> slowReader(server, minutes > 0 ? minutes : 10, readers);
            case "soak" -> soak(server, minutes > 0 ? minutes : 30);
            default -> usage();
        }
    }

    private static void usage() {
        System.err.println(USAGE);
        System.exit(2);
    }

    private static void slowReader(String name, double minutes, int readers) throws Exception {
        // At 1 KiB/s a frame takes longer than the 10 seconds that it has by default.
        Map<String, String> patience = Map.of("SYNAPSE_OUTBOX_SEND_TIMEOUT", "PT5M");
        try (ServerProcess server = ServerProcess.start(name, patience);
                SlowReader run = new SlowReader(server, readers)) {
            tell("slow-reader-" + name, run.run(minutes));
        }
    }

    private static void soak(String name, double minutes) throws Exception {
        // What is kept must be full after the warm-up, or it would look like a leak.
        Map<String, String> little = Map.of("SYNAPSE_TOPICS_HISTORY_COUNT", "50", "SYNAPSE_QUERY_KEPT_COUNT", "200");
        try (ServerProcess server = ServerProcess.start(name, little)) {
            tell("soak-" + name, new Soak(server).run(minutes));
        }
    }

    private static void tell(String name, List<String> table) throws IOException {
        System.out.println();
        table.forEach(System.out::println);
        Path file = Files.write(Path.of("target", name + ".md"), table);
        System.out.println("\nalso in bench/" + file);
    }
}
