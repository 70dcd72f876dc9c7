package io.synapse.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;

/** {@code java -jar synapse.war}. */
public final class Main {

    /** The node has refused it. */
    static final int REFUSED = 1;

    /** The command line is wrong. */
    static final int USAGE = 2;

    /** The node cannot be reached. */
    static final int UNREACHABLE = 3;

    private static final String ADMIN_KEY = "SYNAPSE_ADMIN_KEY";

    private static final List<String> HELP = List.of(
            "Synapse is deployed to a server; this is its command line.",
            "",
            "usage: java -jar synapse.war keys new --name NAME [--agents A,B] [--roles R,S] [--tenant T]",
            "           makes a key without a node, and its entry for the configuration",
            "       java -jar synapse.war keys create --url URL --name NAME [--agents A,B] [--topics P,Q]",
            "           [--roles R,S] [--tenant T] [--expires-at 2030-01-31T00:00:00Z]",
            "       java -jar synapse.war keys list --url URL [--limit N] [--after ID]",
            "       java -jar synapse.war keys rotate ID --url URL [--grace PT1H]",
            "           the old secret goes on for the grace; without it, it ends at once",
            "       java -jar synapse.war keys revoke ID --url URL",
            "",
            "The key of an admin comes from the environment variable SYNAPSE_ADMIN_KEY, or is the first line of",
            "standard input. Answers are JSON. --allow-http lets it go over a network without TLS.",
            "",
            "exit codes: 0 done, 1 refused by the node, 2 wrong command line, 3 the node cannot be reached");

    private Main() {}

    /**
     * Runs a command and ends the process with its exit code.
     *
     * @param arguments the command
     */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.getenv(), System.in, System.out, System.err));
    }

    /** Runs a command; returns the exit code. */
    static int run(
            List<String> arguments, Map<String, String> environment, InputStream in, PrintStream out, PrintStream err) {
        if (arguments.isEmpty() || arguments.contains("--help")) {
            HELP.forEach(out::println);
            return arguments.isEmpty() ? USAGE : 0;
        }
        try {
            if (arguments.size() < 2 || !arguments.get(0).equals("keys")) {
                throw new UsageException("unknown command: " + arguments.get(0));
            }
            return new KeysCommand(out, err, () -> adminKey(environment, in))
                    .run(arguments.get(1), arguments.subList(2, arguments.size()));
        } catch (UsageException e) {
            err.println(e.getMessage() + "; see --help");
            return USAGE;
        } catch (IOException e) {
            err.println("cannot reach the node: "
                    + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
            return UNREACHABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNREACHABLE;
        }
    }

    // Never an argument: every user of the machine sees those.
    private static String adminKey(Map<String, String> environment, InputStream in) throws IOException {
        String key = environment.getOrDefault(ADMIN_KEY, "");
        if (!key.isEmpty()) {
            return key;
        }
        Console console = in == System.in ? System.console() : null;
        if (console != null) {
            char[] typed = console.readPassword("key of an admin: ");
            return typed == null ? "" : new String(typed);
        }
        String line = new BufferedReader(new InputStreamReader(in, Charset.defaultCharset())).readLine();
        return line == null ? "" : line;
    }
}
