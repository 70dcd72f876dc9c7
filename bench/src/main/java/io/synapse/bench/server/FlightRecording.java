package io.synapse.bench.server;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A flight recording of the server, from its making to {@link #stop()}, which writes the file. It is async-profiler that
 * records: JFR itself samples a few threads every 10 or 20 ms and only while they run Java code, and so misses nearly
 * everything here, where threads work for microseconds and half of that is in system calls.
 */
public final class FlightRecording {

    private static final String LIBRARY = "/linux-x64/libasyncProfiler.so";

    private final long pid;
    private final Path library;
    private final Path file;

    /**
     * Begins.
     *
     * @param server is recorded
     * @param file where to
     * @throws IOException if it could not be started
     */
    public FlightRecording(ServerProcess server, Path file) throws IOException {
        this.pid = server.pid();
        this.file = file.toAbsolutePath();
        Files.createDirectories(this.file.getParent());
        this.library = unpack(this.file.resolveSibling("libasyncProfiler.so"));
        command("start,event=ctimer,interval=1ms,alloc=256k,jfr,file=" + this.file);
    }

    private static Path unpack(Path to) throws IOException {
        try (InputStream packed = FlightRecording.class.getResourceAsStream(LIBRARY)) {
            if (packed == null) {
                throw new FileNotFoundException(LIBRARY);
            }
            // mapped by a server that runs: replaced, not overwritten
            Files.copy(packed, to, StandardCopyOption.REPLACE_EXISTING);
            return to;
        }
    }

    /**
     * Ends and writes the file.
     *
     * @throws IOException if it could not be written
     */
    public void stop() throws IOException {
        command("stop,jfr,file=" + file);
    }

    private void command(String options) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(String.valueOf(pid));
            try {
                machine.loadAgentPath(library.toString(), options);
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
            throw new IOException("the server cannot be profiled", e);
        }
    }
}
