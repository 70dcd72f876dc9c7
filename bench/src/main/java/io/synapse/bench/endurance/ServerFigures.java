package io.synapse.bench.endurance;

import io.synapse.bench.server.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a server holds: by its own metrics, by the JDK's jcmd, and by the {@code /proc} of Linux. */
final class ServerFigures {

    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Pattern HISTOGRAM = Pattern.compile("(?m)^ *\\d+: +\\d+ +(\\d+) +(\\S+)");
    private static final Pattern THREAD = Pattern.compile("(?m)^\"(.*?)\" (?:#|os_prio)");
    private static final double KIB_PER_MIB = 1024;
    private static final int JCMD_SECONDS = 60;
    private static final int TRIES = 4;
    private static final int MOST_COLLECTIONS = 8;
    private static final double STABLE_MIB = 0.1;

    private final ServerProcess server;
    private final HttpClient client = HttpClient.newHttpClient();

    ServerFigures(ServerProcess server) {
        this.server = server;
    }

    /** MiB in use after garbage collections, until these bring nothing any more. */
    double heapAfterCollection() throws IOException, InterruptedException {
        double least = Double.MAX_VALUE;
        int stable = 0;
        for (int i = 0; i < MOST_COLLECTIONS && stable < 2; i++) {
            jcmd("GC.run");
            Matcher used = USED.matcher(jcmd("GC.heap_info"));
            if (!used.find()) {
                throw new IOException("jcmd did not tell the heap");
            }
            double now = Long.parseLong(used.group(1)) / KIB_PER_MIB;
            stable = now > least - STABLE_MIB ? stable + 1 : 0;
            least = Math.min(least, now);
        }
        return least;
    }

    // Where memory is short, a JVM as small as jcmd's may fail to start: once is not enough to give up a long run.
    private String jcmd(String command) throws IOException, InterruptedException {
        for (int i = 1; i < TRIES; i++) {
            try {
                return jcmdOnce(command);
            } catch (IOException e) {
                System.err.println(e.getMessage());
            }
        }
        return jcmdOnce(command);
    }

    private String jcmdOnce(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(server.pid()),
                        command)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(JCMD_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("jcmd " + command + ": " + said);
        }
        return said;
    }

    /** Bytes of the instances of each class that are in use. */
    Map<String, Long> classes() throws IOException, InterruptedException {
        Map<String, Long> bytes = new HashMap<>();
        Matcher lines = HISTOGRAM.matcher(jcmd("GC.class_histogram"));
        while (lines.find()) {
            bytes.merge(lines.group(2), Long.parseLong(lines.group(1)), Long::sum);
        }
        return bytes;
    }

    /** How many Java threads there are of each name, its numbers left out. */
    Map<String, Long> threadNames() throws IOException, InterruptedException {
        Map<String, Long> count = new HashMap<>();
        Matcher lines = THREAD.matcher(jcmd("Thread.print"));
        while (lines.find()) {
            count.merge(lines.group(1).replaceAll("\\d+", "#"), 1L, Long::sum);
        }
        return count;
    }

    long threads() throws IOException {
        return count("task");
    }

    long fileDescriptors() throws IOException {
        return count("fd");
    }

    private long count(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", String.valueOf(server.pid()), folder))) {
            return files.count();
        }
    }

    /** One figure of {@code /api/metrics}. */
    long metric(String name) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + "/api/metrics");
        String text = client.send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(30))
                                .header("Authorization", "Bearer test_key")
                                .build(),
                        BodyHandlers.ofString())
                .body();
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IOException(name + " is not among the metrics"));
    }
}
