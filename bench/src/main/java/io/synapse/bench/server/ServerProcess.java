package io.synapse.bench.server;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** A server with both WARs, running until it is closed. */
public final class ServerProcess implements AutoCloseable {

    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration STOP = Duration.ofSeconds(20);
    /** One tenant asks everything here, from one address; its share is all there is. */
    private static final Map<String, String> USUAL = Map.of(
            "SYNAPSE_MODE", "development",
            "SYNAPSE_ENGINE", "bench",
            "SYNAPSE_LIMITS_PROFILE", "bench",
            "SYNAPSE_QUERY_MAX_CONCURRENT_PER_TENANT", "0",
            "SYNAPSE_QUERY_MAX_QUEUED_PER_TENANT", "0");

    private static final long POLL_MILLIS = 500;

    private final Path folder;
    private final Process process;
    private final int port;
    private final int healthPort;
    private final AtomicBoolean ended = new AtomicBoolean();

    private ServerProcess(Path folder, Process process, int port, int healthPort) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.healthPort = healthPort;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end-server"));
    }

    /**
     * Starts a server and waits until both applications are there.
     *
     * @param name {@code payara} or {@code wildfly}
     * @return ready
     * @throws IOException if it did not start
     * @throws InterruptedException if the thread was interrupted
     */
    public static ServerProcess start(String name) throws IOException, InterruptedException {
        return start(name, Map.of());
    }

    /**
     * The same with a configuration of its own.
     *
     * @param name {@code payara} or {@code wildfly}
     * @param environment more variables of its environment, such as {@code SYNAPSE_OUTBOX_MAX_BYTES}
     * @return ready
     * @throws IOException if it did not start
     * @throws InterruptedException if the thread was interrupted
     */
    public static ServerProcess start(String name, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path log = Path.of("target", "server-" + name + ".log");
        Path folder = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "run-");
        List<Path> wars = List.of(WarFiles.bare(folder), WarFiles.synapse(Path.of("../target/synapse.war"), folder));
        ServerKind.Launch launch =
                ServerKind.valueOf(name.toUpperCase(Locale.ROOT)).launch(folder, wars);
        ProcessBuilder builder =
                new ProcessBuilder(launch.command()).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(USUAL);
        builder.environment().putAll(environment);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", String.join(" ", ServerKind.OPTIONS));
        // WildFly's script hands a signal on only then
        builder.environment().put("LAUNCH_JBOSS_IN_BACKGROUND", "1");
        ServerProcess server = new ServerProcess(folder, builder.start(), launch.port(), launch.healthPort());
        try {
            server.awaitReady(log);
            return server;
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void awaitReady(Path log) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        HttpClient client = HttpClient.newHttpClient();
        while (process.isAlive() && System.nanoTime() < deadline) {
            if (answers(client, healthPort, "/health/ready", "synapse-ready")
                    && answers(client, port, "/bare/ready.txt", "ready")) {
                return;
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new IOException("the server did not become ready: " + log);
    }

    private static boolean answers(HttpClient client, int port, String path, String word) throws InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build();
        try {
            var answer = client.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200 && answer.body().contains(word);
        } catch (IOException notYet) {
            return false;
        }
    }

    /**
     * Where an application's socket is.
     *
     * @param side which of the two
     * @return a URI of this machine
     */
    public URI socket(Side side) {
        return URI.create("ws://127.0.0.1:" + port + side.context() + "/cortex/websocket?vsn=2.0.0");
    }

    /**
     * Where its applications are.
     *
     * @return a port of the loopback interface
     */
    public int port() {
        return port;
    }

    /**
     * The CPU time that the server has used.
     *
     * @return since it was started
     * @throws IOException if the server has ended, or this is no Linux
     */
    public CpuTime cpu() throws IOException {
        return CpuTime.of(jvm().pid());
    }

    /**
     * The process of the JVM.
     *
     * @return its id
     */
    public long pid() {
        return jvm().pid();
    }

    // WildFly's script stays and has the JVM as its child.
    private ProcessHandle jvm() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .findAny()
                .orElse(process.toHandle());
    }

    /** Ends it and removes what it left. */
    @Override
    public void close() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        List<ProcessHandle> family = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        family.forEach(ProcessHandle::destroy);
        family.forEach(ServerProcess::await);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            System.err.println("left behind: " + folder + ": " + e);
        }
    }

    private static void await(ProcessHandle member) {
        try {
            member.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException hanging) {
            member.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            member.destroyForcibly();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
