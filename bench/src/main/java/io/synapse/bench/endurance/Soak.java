package io.synapse.bench.endurance;

import io.synapse.bench.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Connections come, do what clients do, and end in every way; then the server must hold what it held before. */
final class Soak {

    private static final int SAMPLES = 6;
    /** The server's caches are per thread and fill slowly: it takes minutes until the heap rises no more. */
    private static final int WARM_UP_SECONDS = 300;

    private static final int SETTLE_SECONDS = 240;
    private static final long POLL_MILLIS = 1000;
    private static final long KIB = 1024;
    private static final long LEAST_KIB = 128;

    private final ServerProcess server;
    private final ServerFigures figures;
    private final List<String> table = new ArrayList<>();

    Soak(ServerProcess server) {
        this.server = server;
        figures = new ServerFigures(server);
    }

    List<String> run(double minutes) throws Exception {
        long seconds = Math.round(minutes * 60);
        table.add(
                "| minutes | connections so far | unexpected | open | heap after GC, MiB | threads | file descriptors |");
        table.add("|---|---|---|---|---|---|---|");
        Churn warmUp = new Churn(server);
        // what fills up and stays: ended queries, topics, pools, compiled code
        TimeUnit.SECONDS.sleep(Math.min(WARM_UP_SECONDS, Math.max(15, seconds / 4)));
        warmUp.stop();
        settle();
        sample("start", 0, 0);
        Map<String, Long> before = figures.classes();
        Map<String, Long> threadsBefore = figures.threadNames();
        long start = System.nanoTime();
        Churn churn = new Churn(server);
        for (int i = 1; i <= SAMPLES; i++) {
            long due = start + TimeUnit.SECONDS.toNanos(seconds) * i / SAMPLES;
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            sample("%.1f".formatted(seconds / 60.0 * i / SAMPLES), churn.connections(), churn.unexpected());
        }
        churn.stop();
        settle();
        sample("end", churn.connections(), churn.unexpected());
        table.add("");
        table.add("What grew: " + grown(before, figures.classes()) + ".");
        table.add("Threads that came: " + came(threadsBefore, figures.threadNames()) + ".");
        table.add("Ended: " + churn.endings() + ".");
        return table;
    }

    /** Until nobody is connected and nothing works. */
    private void settle() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        while (figures.metric("synapse_connections_open") > 0 || figures.metric("synapse_queries_running") > 0) {
            if (System.nanoTime() > deadline) {
                return;
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** The classes of whose instances there are more, in KiB. */
    private static String grown(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .map(entry ->
                        Map.entry(entry.getKey(), (entry.getValue() - before.getOrDefault(entry.getKey(), 0L)) / KIB))
                .filter(entry -> entry.getValue() >= LEAST_KIB)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static String came(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue() - before.getOrDefault(entry.getKey(), 0L)))
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private void sample(String when, long connections, long unexpected) throws IOException, InterruptedException {
        String row = String.format(
                Locale.ROOT,
                "| %s | %,d | %d | %d | %.1f | %d | %d |",
                when,
                connections,
                unexpected,
                figures.metric("synapse_connections_open"),
                figures.heapAfterCollection(),
                figures.threads(),
                figures.fileDescriptors());
        System.out.println(row);
        table.add(row);
    }
}
