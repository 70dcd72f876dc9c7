package io.synapse.bench.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** What a flight recording says about CPU and memory, in a few lines: enough to know where to look in the file. */
public final class Profile {

    private static final int LINES = 15;
    private static final int ALLOCATION_LINES = 10;
    private static final String LIBC = "libc";
    private static final String OURS = "io.synapse.";

    private final Path file;
    private final Map<String, Long> leaves = new HashMap<>();
    private final Map<String, Long> within = new HashMap<>();
    private final Map<String, Long> nearest = new HashMap<>();
    private final Map<String, Long> calls = new HashMap<>();
    private final Map<String, Long> allocations = new HashMap<>();
    private long samples;
    private long allocated;

    private Profile(Path file) {
        this.file = file;
    }

    /**
     * Reads a recording.
     *
     * @param file written by JFR
     * @return what it says
     * @throws IOException if it cannot be read
     */
    public static Profile of(Path file) throws IOException {
        Profile profile = new Profile(file);
        try (RecordingFile recording = new RecordingFile(file)) {
            while (recording.hasMoreEvents()) {
                profile.count(recording.readEvent());
            }
        }
        return profile;
    }

    private void count(RecordedEvent event) {
        if (event.getStackTrace() == null) {
            return;
        }
        List<RecordedFrame> frames = event.getStackTrace().getFrames();
        String type = event.getEventType().getName();
        if (type.equals("jdk.ExecutionSample")) {
            if (!isCompiler(event)) {
                sample(frames);
            }
        } else if (type.equals("jdk.ObjectAllocationInNewTLAB")) {
            allocation(event, frames, event.getLong("tlabSize"));
        } else if (type.equals("jdk.ObjectAllocationOutsideTLAB")) {
            allocation(event, frames, event.getLong("allocationSize"));
        }
    }

    private void allocation(RecordedEvent event, List<RecordedFrame> frames, long bytes) {
        allocated += bytes;
        String what = event.getClass("objectClass").getName();
        allocations.merge(what + " in " + ours(frames), bytes, Long::sum);
    }

    private void sample(List<RecordedFrame> frames) {
        samples++;
        leaves.merge(name(frames.get(0)), 1L, Long::sum);
        nearest.merge(ours(frames), 1L, Long::sum);
        if (name(frames.get(0)).startsWith(LIBC)) {
            calls.merge(name(frames.get(0)) + " in " + ours(frames), 1L, Long::sum);
        }
        Set<String> seen = new HashSet<>();
        for (RecordedFrame frame : frames) {
            String name = name(frame);
            if (name.startsWith(OURS) && seen.add(name)) {
                within.merge(name, 1L, Long::sum);
            }
        }
    }

    private static boolean isCompiler(RecordedEvent event) {
        RecordedThread thread = event.getThread("sampledThread");
        return thread != null
                && thread.getOSName() != null
                && thread.getOSName().contains("Compiler");
    }

    private static String ours(List<RecordedFrame> frames) {
        return frames.stream()
                .map(Profile::name)
                .filter(name -> name.startsWith(OURS))
                .findFirst()
                .orElse("the server alone");
    }

    private static String name(RecordedFrame frame) {
        RecordedMethod method = frame.getMethod();
        String type = method.getType().getName();
        String name = type.isEmpty() ? method.getName() : type + "." + method.getName();
        int number = name.indexOf("0x");
        return number < 0 ? name : name.substring(0, number) + name.replaceFirst(".*?0x[0-9a-f.]*", "");
    }

    /** Prints the largest shares. */
    public void print() {
        System.out.printf("%n%s: %d samples of CPU%n", file, samples);
        print("methods on top of the stack", leaves, samples, LINES);
        print("system calls", calls, samples, LINES);
        print("our method nearest to the top", nearest, samples, LINES);
        print("our methods, with all they call", within, samples, LINES);
        print("memory allocated", allocations, allocated, ALLOCATION_LINES);
    }

    private static void print(String title, Map<String, Long> counts, long total, int lines) {
        System.out.println("  " + title);
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(lines)
                .forEach(entry -> System.out.printf(
                        Locale.ROOT, "    %5.1f %%  %s%n", 100.0 * entry.getValue() / total, entry.getKey()));
    }
}
