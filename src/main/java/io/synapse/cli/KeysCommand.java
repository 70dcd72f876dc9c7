package io.synapse.cli;

import io.synapse.security.Secrets;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** {@code keys}: makes API keys, here or on a node, and lists, rotates and revokes those of a node. */
final class KeysCommand {

    /** Gives the key of the admin, from wherever it is kept. */
    @FunctionalInterface
    interface AdminKey {

        /** Empty if there is none. */
        String read() throws IOException;
    }

    private static final Set<String> SCOPE = Set.of("name", "agents", "topics", "roles", "tenant");
    private static final Set<String> NODE = Set.of("url", "allow-http");
    private static final Set<String> FLAGS = Set.of("allow-http");
    private static final List<String> LISTS = List.of("agents", "topics", "roles");

    private final PrintStream out;
    private final PrintStream err;
    private final AdminKey adminKey;

    KeysCommand(PrintStream out, PrintStream err, AdminKey adminKey) {
        this.out = out;
        this.err = err;
        this.adminKey = adminKey;
    }

    /** Returns the exit code. */
    int run(String action, List<String> rest) throws UsageException, IOException, InterruptedException {
        return switch (action) {
            case "new" -> fresh(rest);
            case "create" -> create(rest);
            case "list" -> list(rest);
            case "rotate" -> rotate(rest);
            case "revoke" -> revoke(rest);
            default -> throw new UsageException("unknown action: keys " + action);
        };
    }

    private int fresh(List<String> rest) throws UsageException {
        Arguments arguments = new Arguments(rest, Set.of("name", "agents", "roles", "tenant"), Set.of());
        arguments.noWords();
        Secrets secrets = new Secrets();
        String key = Secrets.Prefix.KEY.letters() + secrets.hex(8) + "_" + secrets.next();
        out.println("key: " + key);
        out.println("entry of synapse.auth.api-keys: " + entry(arguments, Secrets.hash(key)));
        err.println("The key is shown this once. Only the entry, which holds its hash, goes into the configuration.");
        return 0;
    }

    private static String entry(Arguments arguments, String hash) throws UsageException {
        String tenant = arguments.option("tenant").orElse("");
        String roles = arguments.has("roles") || !tenant.isEmpty()
                ? String.join("|", arguments.has("roles") ? arguments.list("roles") : List.of("synapse-user"))
                : "";
        String agents =
                arguments.has("agents") ? String.join("|", arguments.list("agents")) : roles.isEmpty() ? "" : "*";
        StringBuilder entry =
                new StringBuilder(arguments.required("name")).append(':').append(hash);
        for (String part : List.of(agents, roles, tenant)) {
            if (!part.isEmpty()) {
                entry.append(':').append(part);
            }
        }
        if (!entry.toString()
                .matches("[^:,\\s]{1,64}:[0-9a-f]{64}(?::[^:,\\s]+)?(?::[a-z|-]+)?(?::[^:,|\\s]{1,64})?")) {
            throw new UsageException("no blanks, commas and colons in names, and no more than 64 characters");
        }
        return entry.toString();
    }

    private int create(List<String> rest) throws UsageException, IOException, InterruptedException {
        Arguments arguments = new Arguments(rest, with(SCOPE, "expires-at"), FLAGS);
        arguments.noWords();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", arguments.required("name"));
        arguments.option("tenant").ifPresent(tenant -> body.put("tenant", tenant));
        for (String list : LISTS) {
            if (arguments.has(list)) {
                body.put(list, arguments.list(list));
            }
        }
        if (arguments.has("expires-at")) {
            try {
                body.put(
                        "expires_at",
                        Instant.parse(arguments.required("expires-at")).toEpochMilli());
            } catch (DateTimeException | ArithmeticException e) {
                throw new UsageException("--expires-at must be like 2030-01-31T00:00:00Z");
            }
        }
        return ask(arguments, "POST", "keys", JsonText.object(body));
    }

    private int list(List<String> rest) throws UsageException, IOException, InterruptedException {
        Arguments arguments = new Arguments(rest, with(Set.of("after", "limit"), "url"), FLAGS);
        arguments.noWords();
        String query = "limit=" + encode(arguments.option("limit").orElse("100"))
                + arguments
                        .option("after")
                        .map(after -> "&after=" + encode(after))
                        .orElse("");
        return ask(arguments, "GET", "keys?" + query, "");
    }

    private int rotate(List<String> rest) throws UsageException, IOException, InterruptedException {
        Arguments arguments = new Arguments(rest, with(Set.of("grace"), "url"), FLAGS);
        String path = "keys/" + encode(arguments.word("id")) + "/rotate";
        Map<String, Object> body = new LinkedHashMap<>();
        if (arguments.has("grace")) {
            try {
                body.put("grace_ms", Duration.parse(arguments.required("grace")).toMillis());
            } catch (DateTimeException | ArithmeticException e) {
                throw new UsageException("--grace must be like PT1H or P7D");
            }
        }
        return ask(arguments, "POST", path, JsonText.object(body));
    }

    private int revoke(List<String> rest) throws UsageException, IOException, InterruptedException {
        Arguments arguments = new Arguments(rest, with(NODE, "url"), FLAGS);
        return ask(arguments, "DELETE", "keys/" + encode(arguments.word("id")), "");
    }

    private int ask(Arguments arguments, String method, String path, String body)
            throws UsageException, IOException, InterruptedException {
        String url = arguments.required("url");
        String key = adminKey.read().strip();
        if (key.isEmpty()) {
            throw new UsageException("the key of an admin is needed, in SYNAPSE_ADMIN_KEY or on standard input");
        }
        HttpResponse<String> answer = new AdminClient(url, arguments.has("allow-http"), key).ask(method, path, body);
        if (answer.statusCode() / 100 == 2) {
            out.println(answer.body());
            return 0;
        }
        err.println("refused with " + answer.statusCode() + ": " + answer.body());
        return Main.REFUSED;
    }

    private static Set<String> with(Set<String> options, String one) {
        Set<String> all = new TreeSet<>(options);
        all.addAll(NODE);
        all.add(one);
        return all;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
