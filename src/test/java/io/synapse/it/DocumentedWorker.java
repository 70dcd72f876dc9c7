package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A worker as {@code docs/agents.md} shows it, in a process of its own. */
final class DocumentedWorker implements AutoCloseable {

    /** Which of the examples. */
    enum Language {
        PYTHON("python", "py"),
        JAVASCRIPT("javascript", "js");

        private final String fence;
        private final String ending;

        Language(String fence, String ending) {
            this.fence = fence;
            this.ending = ending;
        }
    }

    private final Path file;
    private final Path output;
    private final Process process;

    private DocumentedWorker(Path file, Path output, Process process) {
        this.file = file;
        this.output = output;
        this.process = process;
    }

    static DocumentedWorker start(Language language, URI socket, String key, String agent)
            throws IOException, InterruptedException {
        Matcher example = Pattern.compile("(?ms)^```" + language.fence + "\\R(.*?)^```")
                .matcher(Files.readString(Path.of("docs/agents.md")));
        assertThat(example.find()).isTrue();
        // Beside the packages that the tests have, for Node to find them.
        Path folder = Path.of(System.getProperty("synapse.it.js", "src/test/js"));
        Path file = Files.createTempFile(folder, "worker-", "." + language.ending);
        Files.writeString(file, example.group(1));
        Path output = Files.createTempFile("worker-", ".log");
        ProcessBuilder builder = new ProcessBuilder(
                        language == Language.PYTHON ? python() : "node",
                        file.toAbsolutePath().toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("SYNAPSE_WS", socket.toString());
        builder.environment().put("SYNAPSE_KEY", key);
        builder.environment().put("SYNAPSE_AGENT", agent);
        return new DocumentedWorker(file, output, builder.start());
    }

    /** Debian's packages are for Debian's Python, which need not be the first in the path. */
    private static String python() throws IOException, InterruptedException {
        for (String candidate : List.of("/usr/bin/python3", "python3")) {
            Process trial = new ProcessBuilder(candidate, "-c", "import websockets")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (trial.waitFor() == 0) {
                return candidate;
            }
        }
        throw new AssertionError("python3-websockets is needed: src/build/install-test-tools.sh");
    }

    /** Ends it as a crash does. */
    void kill() {
        process.destroyForcibly();
        process.onExit().orTimeout(20, SECONDS).join();
    }

    /** What it has printed. */
    String printed() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() throws IOException {
        kill();
        Files.deleteIfExists(file);
        Files.deleteIfExists(output);
    }
}
