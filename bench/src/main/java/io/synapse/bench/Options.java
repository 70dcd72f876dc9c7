package io.synapse.bench;

import io.synapse.bench.workload.Workload;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param server {@code payara} or {@code wildfly}
 * @param workloads in the order in which they run
 * @param warmUpSeconds before the measured runs of each side
 * @param runSeconds of each measured run
 * @param rounds measured runs of each side
 * @param jfr whether Synapse is profiled after the measured runs
 */
record Options(
        String server, List<Workload> workloads, double warmUpSeconds, double runSeconds, int rounds, boolean jfr) {

    static final String USAGE = """
            bench/run.sh [payara|wildfly] [workload...] [option...]

            workloads  round-trip-1 round-trip-100 query-1 query-100 query-1000 fan-out-1 fan-out-16,
                       or the beginning of some; without any, all of them
            --short    runs of 5 seconds after a warm-up of 8 (the default)
            --long     runs of 30 seconds after a warm-up of 30
            --seconds n, --warm-up n, --rounds n   other durations; 3 rounds
            --load x   x times the rate
            --jfr      one more run of Synapse, with 2.5 times the rate and a flight recording
            --build    builds Synapse first; without it, only if it was not built yet
            """;

    static Options of(String... arguments) {
        String server = "payara";
        List<Workload> chosen = new ArrayList<>();
        double warmUp = 8;
        double run = 5;
        double load = 1;
        int rounds = 3;
        boolean jfr = false;
        Iterator<String> words = List.of(arguments).iterator();
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "payara", "wildfly" -> server = word;
                case "--short" -> {
                    warmUp = 8;
                    run = 5;
                }
                case "--long" -> {
                    warmUp = 30;
                    run = 30;
                }
                case "--seconds" -> run = number(word, words);
                case "--warm-up" -> warmUp = number(word, words);
                case "--rounds" -> rounds = (int) Math.max(1, number(word, words));
                case "--load" -> load = number(word, words);
                case "--jfr" -> jfr = true;
                default -> chosen.addAll(workloads(word));
            }
        }
        double factor = load;
        List<Workload> workloads = (chosen.isEmpty() ? Workload.all() : chosen)
                .stream().map(workload -> workload.times(factor)).toList();
        return new Options(server, workloads, warmUp, run, rounds, jfr);
    }

    /** The one of this name, or else all that begin with it. */
    private static List<Workload> workloads(String word) {
        List<Workload> exact = Workload.all().stream()
                .filter(workload -> workload.name().equals(word))
                .toList();
        List<Workload> found = exact.isEmpty()
                ? Workload.all().stream()
                        .filter(workload -> workload.name().startsWith(word))
                        .toList()
                : exact;
        if (found.isEmpty()) {
            throw new IllegalArgumentException("unknown: " + word);
        }
        return found;
    }

    private static double number(String option, Iterator<String> words) {
        double value = words.hasNext() ? Double.parseDouble(words.next()) : Double.NaN;
        if (!(value > 0)) {
            throw new IllegalArgumentException(option + " needs a positive number");
        }
        return value;
    }

    /** The longest that everything can take: what goes on after it hangs. */
    double boundSeconds() {
        double startAndStop = 360;
        double connecting = 180;
        double runs = 2 * (warmUpSeconds + rounds * (runSeconds + 15));
        return startAndStop + workloads.size() * (connecting + runs);
    }
}
