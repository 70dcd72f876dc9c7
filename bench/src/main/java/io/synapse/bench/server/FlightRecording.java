package io.synapse.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A recording of JFR in the server, by {@code jcmd}: from its making to {@link #stop()}, which writes the file. */
public final class FlightRecording {

    private static final String NAME = "name=bench";

    private final long pid;
    private final Path file;

    /**
     * Begins.
     *
     * @param server records itself
     * @param file where to
     * @throws IOException if it could not be started
     */
    public FlightRecording(ServerProcess server, Path file) throws IOException {
        this.pid = server.pid();
        this.file = file.toAbsolutePath();
        Files.createDirectories(this.file.getParent());
        jcmd("JFR.start", NAME, "settings=profile");
    }

    /**
     * Ends and writes the file.
     *
     * @throws IOException if it could not be written
     */
    public void stop() throws IOException {
        jcmd("JFR.stop", NAME, "filename=" + file);
    }

    private void jcmd(String... command) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
        words.add(String.valueOf(pid));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("jcmd failed: " + words);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
