package io.synapse.bench.server;

import java.util.Arrays;

/** How a program of one run ends: by itself, whatever the run left waiting. */
public final class Runs {

    private Runs() {}

    /** What a program does. */
    @FunctionalInterface
    public interface Run {

        /**
         * Does it.
         *
         * @throws Exception if it fails
         */
        void run() throws Exception;
    }

    /**
     * Runs, and ends the process: with status 1 if the run failed.
     *
     * @param run what to do
     */
    public static void toTheEnd(Run run) {
        int status = 1;
        try {
            run.run();
            status = 0;
        } catch (Exception | Error e) {
            e.printStackTrace();
        }
        // what a run left waiting must not keep this process
        System.exit(status);
    }

    /**
     * Which server is meant.
     *
     * @param arguments of the command line
     * @return {@code payara}, unless {@code wildfly} is among them
     */
    public static String server(String... arguments) {
        return Arrays.asList(arguments).contains("wildfly") ? "wildfly" : "payara";
    }
}
