package io.synapse.bench.model;

import io.synapse.bench.load.Latencies;
import io.synapse.bench.server.Runs;
import io.synapse.bench.server.ServerProcess;
import io.synapse.bench.server.Side;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The time to the first thought that Synapse adds: the same model asked by itself and through Synapse, in turn. Its working
 * directory is that of this project.
 */
public final class FirstThought {

    private static final List<Integer> STREAMS = List.of(1, 200);
    private static final int ROUNDS = 3;
    private static final int SECONDS = 15;
    private static final int WARM_UP_SECONDS = 20;
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    private FirstThought() {}

    /**
     * Runs.
     *
     * @param arguments the name of the run, which is {@code first-thought}, and perhaps of the server
     */
    public static void main(String[] arguments) {
        Runs.toTheEnd(() -> run(Runs.server(arguments)));
    }

    private static void run(String name) throws Exception {
        int most = STREAMS.get(STREAMS.size() - 1);
        List<String> table = new ArrayList<>();
        table.add("| streams | round | direct p50 | p99 | Synapse p50 | p99 | added p50 | p99, ms |");
        table.add("|---|---|---|---|---|---|---|---|");
        try (ModelServer model = new ModelServer(2 * most);
                ServerProcess server = ServerProcess.start(name, environment(model, most))) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            Asking.Maker direct = number -> new Direct(client, model.baseUrl());
            Asking.Maker through = number -> new ThroughSynapse(server.socket(Side.SYNAPSE), "c" + System.nanoTime());
            measure(most, WARM_UP_SECONDS, through);
            measure(most, WARM_UP_SECONDS / 2, direct);
            for (int streams : STREAMS) {
                for (int round = 1; round <= ROUNDS; round++) {
                    Latencies alone = measure(streams, SECONDS, direct);
                    Latencies with = measure(streams, SECONDS, through);
                    table.add(String.format(
                            Locale.ROOT,
                            "| %d | %d | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |",
                            streams,
                            round,
                            alone.millis(MEDIAN),
                            alone.millis(TAIL),
                            with.millis(MEDIAN),
                            with.millis(TAIL),
                            with.millis(MEDIAN) - alone.millis(MEDIAN),
                            with.millis(TAIL) - alone.millis(TAIL)));
                    System.out.println(table.get(table.size() - 1));
                }
            }
        }
        System.out.println();
        table.forEach(System.out::println);
        System.out.println("\nalso in bench/" + Files.write(Path.of("target", "first-thought-" + name + ".md"), table));
    }

    private static Map<String, String> environment(ModelServer model, int streams) {
        return Map.of(
                "SYNAPSE_ENGINE",
                "openai",
                "SYNAPSE_OPENAI_BASE_URL",
                model.baseUrl().toString(),
                "SYNAPSE_OPENAI_MODEL",
                "m",
                "SYNAPSE_QUERY_MAX_CONCURRENT",
                String.valueOf(streams));
    }

    /** So many ask for so long, each again as soon as its answer has come; spread over the time of one answer at first. */
    private static Latencies measure(int streams, int seconds, Asking.Maker maker) throws Exception {
        // Nobody asks before all are connected.
        CountDownLatch connecting = new CountDownLatch(streams);
        ExecutorService threads = Executors.newFixedThreadPool(streams);
        try {
            List<Future<List<Long>>> running = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                int number = i;
                running.add(threads.submit(() -> ask(maker, number, number * 1000L / streams, seconds, connecting)));
            }
            Latencies latencies = new Latencies();
            for (Future<List<Long>> one : running) {
                one.get().forEach(latencies::record);
            }
            return latencies;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Long> ask(
            Asking.Maker maker, int number, long delayMillis, int seconds, CountDownLatch connecting) throws Exception {
        List<Long> nanos = new ArrayList<>();
        try (Asking asking = maker.make(number)) {
            connecting.countDown();
            connecting.await();
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
            Thread.sleep(delayMillis);
            while (System.nanoTime() < end) {
                nanos.add(asking.ask());
            }
        }
        return nanos;
    }
}
