package io.synapse.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.awaitility.Awaitility.await;

import io.synapse.testing.Keys;
import io.synapse.testing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Payara Micro with the WAR, as a process that a test starts, stops and kills as often as it likes; always on the same port,
 * and always with the same environment. Ended with the JVM at the latest.
 */
final class PayaraNode implements AutoCloseable {

    /** A key that {@link #withKeys} gives the role synapse-admin and all others. */
    static final String ADMIN = "the-key-of-the-admin";

    /** A key that it gives the role synapse-user. */
    static final String USER = "the-key-of-a-user";

    private static final Pattern TOTAL = Pattern.compile("^Total\\s+\\d+\\s+(\\d+)", Pattern.MULTILINE);
    private static final Duration START = Duration.ofMinutes(8);
    private static final Path CONFIG = Path.of("server-config/payara-micro").toAbsolutePath();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final Path folder;
    private final String name;
    private final Map<String, String> environment;
    private final int port;
    private Process process;

    /**
     * One that does not run yet.
     *
     * @param folder for its output and its temporary files, which it has alone
     * @param name for people
     */
    PayaraNode(Path folder, String name, Map<String, String> environment) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.name = name;
        this.environment = Map.copyOf(environment);
        port = Ports.free();
    }

    /** Production mode with two keys, and no limits on clients of one address. */
    static Map<String, String> withKeys(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(more);
        all.put(
                "SYNAPSE_AUTH_API_KEYS",
                "admin:" + Keys.sha256(ADMIN) + ":*:synapse-admin|synapse-publisher|synapse-user,user:"
                        + Keys.sha256(USER));
        all.put("SYNAPSE_LIMITS_PROFILE", "bench");
        return all;
    }

    /** Starts it and waits for nothing. */
    void start() throws IOException {
        Path temporary = folder.resolve("tmp");
        // One that was killed leaves its unpacked runtime behind.
        delete(temporary);
        delete(folder.resolve("runtime"));
        Files.createDirectories(temporary);
        List<String> command = Jvm.command(
                "-Xmx384m",
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                jar().toString(),
                // The folder it makes itself is deleted when it is told to stop, before the application has
                // ended.
                "--rootdir",
                folder.resolve("runtime").toString(),
                "--nocluster",
                "--disablephonehome",
                "--contextroot",
                "/",
                "--port",
                Integer.toString(port),
                "--logproperties",
                CONFIG.resolve("logging.properties").toString(),
                "--prebootcommandfile",
                CONFIG.resolve("pre-boot.asadmin").toString(),
                "--deploy",
                Path.of(System.getProperty("synapse.it.war", "target/synapse.war"))
                        .toAbsolutePath()
                        .toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()));
        builder.environment().putAll(environment);
        process = builder.start();
        Process started = process;
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    }

    private static Path jar() {
        return Path.of(System.getProperty("java.io.tmpdir"), "payara-micro.jar");
    }

    /** Waits until it serves. */
    void awaitReady() {
        await(name + " is ready")
                .atMost(START)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError(name + " ended with " + process.exitValue() + "\n" + printed());
                    }
                    HttpResponse<String> answer = ask("GET", "/health/ready", "");
                    return answer.statusCode() == 200 && answer.body().contains("synapse-ready");
                });
    }

    HttpResponse<String> ask(String method, String path, String key) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri("http", path))
                .timeout(Duration.ofSeconds(10))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + port + path);
    }

    int port() {
        return port;
    }

    String name() {
        return name;
    }

    boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** SIGTERM; waits for nothing. */
    void terminate() {
        process.destroy();
    }

    /** SIGKILL, as of a machine that fails. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean awaitEnd(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), MILLISECONDS);
    }

    private Path output() {
        return folder.resolve("output.log");
    }

    /** What is reachable in its heap, in bytes. */
    long liveHeap() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process asked = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String histogram = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        Matcher total = TOTAL.matcher(histogram);
        if (!total.find()) {
            throw new IOException("no histogram: " + histogram.lines().limit(3).toList());
        }
        return Long.parseLong(total.group(1));
    }

    /** Everything it has printed, of all its lives. */
    String printed() {
        try {
            return Files.readString(output());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Override
    public void close() {
        if (!isRunning()) {
            return;
        }
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
