package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Another server beside the one that Arquillian runs, as a process of its own. */
final class ServerProcess {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final Process process;
    private final Path output;

    /**
     * Starts it and waits for nothing.
     *
     * @param name of the file that its output goes to
     */
    ServerProcess(String name, List<String> command, Map<String, String> environment) throws IOException {
        output = Path.of(System.getProperty("java.io.tmpdir")).resolve(name + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** Waits until an address answers with 200. */
    void awaitAnswer(URI address, Duration limit) {
        await(address.toString())
                .atMost(limit)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> {
                    if (!process.isAlive()) {
                        throw new AssertionError("ended with " + process.exitValue() + "\n" + read());
                    }
                    HttpRequest request = HttpRequest.newBuilder(address)
                            .timeout(Duration.ofSeconds(20))
                            .build();
                    return CLIENT.send(request, BodyHandlers.discarding()).statusCode() == 200;
                });
    }

    String read() throws IOException {
        return Files.readString(output);
    }

    void stop() throws InterruptedException {
        List<ProcessHandle> family = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        for (ProcessHandle member : family) {
            member.destroy();
        }
        for (ProcessHandle member : family) {
            try {
                member.onExit().get(GRACE.toSeconds(), SECONDS);
            } catch (TimeoutException hanging) {
                member.destroyForcibly();
            } catch (ExecutionException impossible) {
                throw new AssertionError(impossible);
            }
        }
    }
}
