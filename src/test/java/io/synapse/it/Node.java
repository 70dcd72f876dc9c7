package io.synapse.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Runs the tests of {@code src/test/js} against a server, where only the real JavaScript client proves anything. */
public final class Node {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private Node() {}

    /**
     * Fails with all that node printed unless every test of the file passes within the limit.
     *
     * @param file name of a file in {@code src/test/js}
     * @param url handed to the test as the environment variable SYNAPSE_URL
     */
    public static void test(String file, URI url, Duration limit) throws InterruptedException {
        test(file, url, Map.of(), limit, printed -> false);
    }

    /**
     * The same with more environment variables.
     *
     * @param environment by their names
     */
    static void test(String file, URI url, Map<String, String> environment, Duration limit)
            throws InterruptedException {
        test(file, url, environment, limit, printed -> false);
    }

    /**
     * The same, for a test that is known to hang.
     *
     * @param hopeless ends the test before the limit, given all that was printed so far
     */
    static void test(String file, URI url, Duration limit, Predicate<String> hopeless) throws InterruptedException {
        test(file, url, Map.of(), limit, hopeless);
    }

    private static void test(
            String file, URI url, Map<String, String> environment, Duration limit, Predicate<String> hopeless)
            throws InterruptedException {
        var directory = Path.of(System.getProperty("synapse.it.js", "src/test/js"));
        Process node;
        // a file and not a pipe: a browser that outlives node would hold the pipe open
        Path output = outputFile();
        try {
            var builder = new ProcessBuilder("node", "--test", "--test-reporter=spec", file)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().put("SYNAPSE_URL", url.toString());
            builder.environment().putAll(environment);
            node = builder.start();
        } catch (IOException notStarted) {
            throw new UncheckedIOException("node is needed: src/build/install-test-tools.sh", notStarted);
        }
        var family = new LinkedHashSet<ProcessHandle>();
        try {
            var ended = watch(node, family, limit, () -> hopeless.test(read(output)));
            if (!ended) {
                throw new AssertionError(file + " did not end within " + limit + "\n" + read(output));
            }
            if (node.exitValue() != 0) {
                throw new AssertionError(file + " ended with " + node.exitValue() + "\n" + read(output));
            }
        } finally {
            end(node.toHandle(), family);
            delete(output);
        }
    }

    /** Remembers the descendants while node lives: once it is gone, nothing tells which orphans were its own. */
    private static boolean watch(Process node, Set<ProcessHandle> family, Duration limit, BooleanSupplier hopeless)
            throws InterruptedException {
        var deadline = System.nanoTime() + limit.toNanos();
        do {
            if (node.waitFor(100, MILLISECONDS)) {
                return true;
            }
            node.descendants().forEach(family::add);
        } while (System.nanoTime() < deadline && !hopeless.getAsBoolean());
        node.descendants().forEach(family::add);
        return false;
    }

    /** Node first: its own end closes the browser it started, unless it hangs. */
    private static void end(ProcessHandle node, Set<ProcessHandle> family) throws InterruptedException {
        end(node);
        for (var process : family) {
            end(process);
        }
    }

    private static void end(ProcessHandle process) throws InterruptedException {
        process.destroy();
        try {
            process.onExit().get(GRACE.toSeconds(), SECONDS);
        } catch (TimeoutException hanging) {
            process.destroyForcibly();
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Path outputFile() {
        try {
            return Files.createTempFile("node-", ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path output) {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private static void delete(Path output) {
        try {
            Files.deleteIfExists(output);
        } catch (IOException left) {
            output.toFile().deleteOnExit();
        }
    }
}
