package io.synapse.bench.fairness;

import io.synapse.bench.load.Latencies;
import io.synapse.bench.server.Runs;
import io.synapse.bench.server.ServerProcess;
import io.synapse.bench.server.Side;
import io.synapse.bench.socket.RawSocket;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tenant A asks 10,000 queries at once, half of them at the lowest priority, while tenant B asks one a second: how long B waits
 * for its first thought, with A and without, and whether all of A's end. Its working directory is that of this project.
 */
public final class Flood {

    private static final int QUERIES = 10_000;
    private static final int CONNECTIONS = 20;
    private static final int ALONE_SECONDS = 60;
    private static final int WARM_UP_SECONDS = 10;
    private static final String WORK = "stream 5 20 10";
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    private Flood() {}

    /**
     * Runs.
     *
     * @param arguments the name of the run, which is {@code flood}, and perhaps of the server
     */
    public static void main(String[] arguments) {
        Runs.toTheEnd(() -> run(Runs.server(arguments)));
    }

    private static void run(String name) throws Exception {
        Map<String, String> environment = Map.of(
                "SYNAPSE_MODE", "production",
                "SYNAPSE_AUTH_API_KEYS", "a:" + hash("key-a") + ",b:" + hash("key-b"),
                "SYNAPSE_QUERY_MAX_CONCURRENT", "8",
                "SYNAPSE_QUERY_MAX_QUEUED", String.valueOf(3 * QUERIES),
                "SYNAPSE_QUERY_KEPT_COUNT", String.valueOf(2 * QUERIES),
                "SYNAPSE_QUERY_MAX_TIMEOUT", "PT1H",
                "SYNAPSE_QUERY_MAX_CONCURRENT_PER_TENANT", "auto",
                "SYNAPSE_QUERY_MAX_QUEUED_PER_TENANT", "auto");
        try (ServerProcess server = ServerProcess.start(name, environment)) {
            URI uri = server.socket(Side.SYNAPSE);
            everySecond(uri, "w", new AtomicBoolean(), WARM_UP_SECONDS);
            Latencies alone = everySecond(uri, "x", new AtomicBoolean(), ALONE_SECONDS);
            ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS + 1);
            AtomicBoolean over = new AtomicBoolean();
            List<Future<Integer>> flood = new ArrayList<>();
            long begun = System.nanoTime();
            for (int i = 0; i < CONNECTIONS; i++) {
                int number = i;
                flood.add(threads.submit(() -> ask(uri, number)));
            }
            Future<Latencies> beside = threads.submit(() -> everySecond(uri, "y", over, Integer.MAX_VALUE));
            int ended = 0;
            for (Future<Integer> one : flood) {
                ended += one.get();
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            over.set(true);
            Latencies with = beside.get();
            threads.shutdownNow();
            tell(name, alone, with, ended, seconds);
        }
    }

    private static void tell(String name, Latencies alone, Latencies with, int ended, double seconds)
            throws IOException {
        List<String> table = List.of(
                "| tenant B waits for its first thought | p50 ms | p99 ms |",
                "|---|---|---|",
                row("alone", alone),
                row("while A floods", with),
                "",
                String.format(
                        Locale.ROOT,
                        "%,d of A's %,d queries had their result, after %.0f s.",
                        ended,
                        QUERIES,
                        seconds));
        table.forEach(System.out::println);
        System.out.println("\nalso in bench/" + Files.write(Path.of("target", "flood-" + name + ".md"), table));
    }

    private static String row(String when, Latencies latencies) {
        return String.format(
                Locale.ROOT, "| %s | %.1f | %.1f |", when, latencies.millis(MEDIAN), latencies.millis(TAIL));
    }

    private static String hash(String key) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    }

    private static RawSocket joined(URI uri, String key) throws IOException {
        RawSocket socket = RawSocket.open(uri, 0);
        socket.send("[\"1\",\"1\",\"cortex:bench\",\"phx_join\",{\"api_key\":\"" + key + "\",\"presence\":false}]");
        socket.readUntil("phx_reply", "\"ok\"");
        return socket;
    }

    private static void query(RawSocket socket, String ref, int priority) throws IOException {
        socket.send("[\"1\",\"2\",\"cortex:bench\",\"query\",{\"q\":\"" + WORK + "\",\"ref\":\"" + ref
                + "\",\"priority\":" + priority + ",\"timeout\":3600000}]");
    }

    private static int ask(URI uri, int number) throws IOException {
        try (RawSocket socket = joined(uri, "key-a")) {
            int queries = QUERIES / CONNECTIONS;
            for (int i = 0; i < queries; i++) {
                query(socket, "a" + number + "-" + i, i % 2 == 0 ? 0 : 5);
            }
            int ended = 0;
            for (int i = 0; i < queries; i++) {
                ended += socket.readUntil("\"result\"", "latency_ms").contains("\"success\"") ? 1 : 0;
            }
            return ended;
        }
    }

    private static Latencies everySecond(URI uri, String prefix, AtomicBoolean over, int seconds) throws Exception {
        Latencies latencies = new Latencies();
        try (RawSocket socket = joined(uri, "key-b")) {
            long due = System.nanoTime();
            for (int i = 0; i < seconds && !over.get(); i++) {
                due += TimeUnit.SECONDS.toNanos(1);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                String ref = prefix + i;
                query(socket, ref, 5);
                socket.readUntil("\"thought\"", "\"" + ref + "\"");
                latencies.record(System.nanoTime() - due);
                socket.readUntil("\"result\"", "\"" + ref + "\"");
            }
        }
        return latencies;
    }
}
