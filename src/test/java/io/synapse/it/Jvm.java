package io.synapse.it;

import java.util.ArrayList;
import java.util.List;

/** The JVM of servers that a test starts itself. */
final class Jvm {

    private Jvm() {}

    /**
     * The program, the options that the build has for servers of tests, and these; without the options where something is
     * measured. May be added to.
     */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        String options = System.getProperty("synapse.test.jvm", "").strip();
        if (!options.isEmpty() && !Boolean.getBoolean("synapse.chaos")) {
            command.addAll(List.of(options.split("\\s+")));
        }
        command.addAll(List.of(arguments));
        return command;
    }
}
