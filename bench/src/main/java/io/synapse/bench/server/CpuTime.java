package io.synapse.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * The CPU time of a JVM, from the {@code /proc} of Linux, in steps of 10 ms.
 *
 * @param working what all threads have used but those of the compiler
 * @param kernel of that, the time in system calls
 * @param compiling what the compiler has used, which says how warm the JVM is and nothing about a message
 */
public record CpuTime(Duration working, Duration kernel, Duration compiling) {

    private static final int TICK_MILLIS = 10;
    private static final int USER = 11;
    private static final int SYSTEM = 12;

    /** Threads of the compiler must not end while this is used: what they had used would count as work. */
    static final String OPTION = "-XX:-UseDynamicNumberOfCompilerThreads";

    static CpuTime of(long pid) throws IOException {
        Path process = Path.of("/proc", String.valueOf(pid));
        long compiling = 0;
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            for (Path thread : threads.toList()) {
                compiling += compiling(thread);
            }
        }
        String all = Files.readString(process.resolve("stat"));
        return new CpuTime(
                duration(ticks(all, USER) + ticks(all, SYSTEM) - compiling),
                duration(ticks(all, SYSTEM)),
                duration(compiling));
    }

    private static long compiling(Path thread) throws IOException {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.contains("(C1 Compiler") || stat.contains("(C2 Compiler")
                    ? ticks(stat, USER) + ticks(stat, SYSTEM)
                    : 0;
        } catch (NoSuchFileException ended) {
            return 0;
        }
    }

    // The name in brackets may hold blanks; what follows it does not.
    private static long ticks(String stat, int field) {
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[field]);
    }

    private static Duration duration(long ticks) {
        return Duration.ofMillis(ticks * TICK_MILLIS);
    }

    /**
     * What was used since.
     *
     * @param earlier of the same process
     * @return the difference
     */
    public CpuTime since(CpuTime earlier) {
        return new CpuTime(
                working.minus(earlier.working), kernel.minus(earlier.kernel), compiling.minus(earlier.compiling));
    }
}
