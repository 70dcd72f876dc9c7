package io.synapse.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A real Redis on a free port of this machine, in memory only, ended with the JVM at the latest: the one from the path if the
 * machine has one, and otherwise the binary of embedded-redis, which is 6.2, the oldest that Synapse works with. Set {@code
 * -Dsynapse.test.redis=} to a binary to try another, a Valkey for one.
 */
public final class RedisServer implements AutoCloseable {

    private static final String EMBEDDED = "/redis-server-6.2.6-v5-linux-amd64";
    private static final Duration START = Duration.ofSeconds(20);

    /** Servers of a cluster talk to each other on the port that is so much higher. */
    private static final int BUS = 10_000;

    private final int port;
    private final boolean tls;
    private final List<String> options;
    private Process process;

    private RedisServer(int port, boolean tls, List<String> options) {
        this.port = port;
        this.tls = tls;
        this.options = List.copyOf(options);
    }

    /**
     * Starts one.
     *
     * @param options of its command line, such as {@code --requirepass x}
     * @return it, answering
     */
    public static RedisServer run(String... options) {
        RedisServer server = new RedisServer(Ports.free(BUS), false, List.of(options));
        server.start();
        return server;
    }

    /**
     * Starts one that speaks TLS only.
     *
     * @param options of its command line, with its certificate
     * @return it, listening
     */
    public static RedisServer secure(String... options) {
        RedisServer server = new RedisServer(Ports.free(BUS), true, List.of(options));
        server.start();
        return server;
    }

    /**
     * Starts a sentinel that watches a server, and takes it for down after a second.
     *
     * @param folder for its state
     * @param master the server, which it calls {@code main}
     * @return it, answering
     */
    public static RedisServer sentinel(Path folder, RedisServer master) {
        int port = Ports.free(BUS);
        Path file = folder.resolve("sentinel-" + port + ".conf");
        String config = String.join(
                "\n",
                "port " + port,
                "bind 127.0.0.1",
                "dir " + folder.toAbsolutePath(),
                "sentinel monitor main 127.0.0.1 " + master.port() + " 1",
                "sentinel down-after-milliseconds main 1000",
                "sentinel failover-timeout main 5000",
                "");
        try {
            Files.writeString(file, config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        RedisServer server = new RedisServer(port, false, List.of());
        server.start(List.of(binary(), file.toString(), "--sentinel"));
        return server;
    }

    /** Starts it again after {@link #stop} or {@link #kill}, empty, on the same port. */
    public void start() {
        List<String> command = new ArrayList<>(List.of(
                binary(),
                "--port",
                tls ? "0" : Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--daemonize",
                "no"));
        if (tls) {
            command.addAll(List.of("--tls-port", Integer.toString(port)));
        }
        command.addAll(options);
        start(command);
    }

    private void start(List<String> command) {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Process started = process;
        Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
        Awaitility.await("redis-server on " + port)
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    if (!started.isAlive()) {
                        throw new IllegalStateException("redis-server ended with " + started.exitValue());
                    }
                    return answers();
                });
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            if (tls) {
                return true;
            }
            socket.setSoTimeout(1000);
            OutputStream out = socket.getOutputStream();
            out.write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            // One that wants a password says so, which is an answer too.
            int first = socket.getInputStream().read();
            return first == '+' || first == '-';
        } catch (IOException e) {
            return false;
        }
    }

    /** Where it is. */
    public int port() {
        return port;
    }

    /** Where it is, as a node is told. */
    public String uri() {
        return (tls ? "rediss" : "redis") + "://127.0.0.1:" + port;
    }

    /** Its process. */
    public long pid() {
        return process.pid();
    }

    /** Ends it in order. */
    public void stop() {
        process.destroy();
        end();
    }

    /** Ends it at once, as {@code kill -9} does. */
    public void kill() {
        process.destroyForcibly();
        end();
    }

    private void end() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        kill();
    }

    private static String binary() {
        String wanted = System.getProperty("synapse.test.redis", "");
        if (!wanted.isEmpty()) {
            return wanted;
        }
        return Stream.of(System.getenv("PATH").split(":"))
                .map(folder -> Path.of(folder, "redis-server"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseGet(RedisServer::embedded);
    }

    private static synchronized String embedded() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        if (!os.startsWith("linux") || !arch.equals("amd64")) {
            throw new IllegalStateException(
                    "install redis-server, or set -Dsynapse.test.redis: none is packed for " + os + " on " + arch);
        }
        Path file = Path.of("target", "redis-server-6.2");
        if (!Files.isExecutable(file)) {
            try (InputStream in = RedisServer.class.getResourceAsStream(EMBEDDED)) {
                Files.createDirectories(file.getParent());
                Path part = Files.createTempFile(file.getParent(), "redis", ".part");
                Files.copy(in, part, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                if (!part.toFile().setExecutable(true)) {
                    throw new IOException("cannot make it executable: " + part);
                }
                Files.move(part, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return file.toAbsolutePath().toString();
    }
}
