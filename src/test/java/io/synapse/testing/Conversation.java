package io.synapse.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What clients and a server say to each other on {@code /ws}, as a file of lines that any harness can play:
 *
 * <pre>
 * alice = synapse-user     alice connects, with that role
 * alice > {"type":"ping"}  she sends this, whatever it is
 * alice < {"type":"pong","timestamp":"&lt;number>"}   the next message she gets is this, with no other field
 * alice * {"type":"result"}                        the next of this type is, and so has these fields; others are passed over
 * alice .                  she leaves
 * # a comment
 * </pre>
 *
 * <p>{@code <text>}, {@code <number>} and {@code <any>} stand for values that a file cannot know; {@code <text:name>} and
 * {@code <number:name>} keep what came, and {@code $name} puts it into a later line. {@code $run} is another number each
 * time a file is played, for names that a server remembers.
 */
public final class Conversation {

    private static final AtomicInteger RUNS = new AtomicInteger();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FOLDER = Path.of("src/test/resources/conversations");
    private static final Pattern LINE = Pattern.compile("(\\w+) ([=><*.]) ?(.*)");
    private static final Pattern PLACE = Pattern.compile("<(text|number|any)(?::(\\w+))?>");

    private final Path file;
    private final Function<String, Client> opener;
    private final Map<String, Client> clients = new HashMap<>();
    private final Map<String, String> kept = new HashMap<>();

    /** One end of a connection. */
    public interface Client extends AutoCloseable {

        /** Sends a message in a frame. */
        void send(String frame);

        /** The next message; waits for it. */
        String next();

        @Override
        void close();
    }

    private Conversation(Path file, Function<String, Client> opener) {
        this.file = file;
        this.opener = opener;
        kept.put("run", String.valueOf(RUNS.incrementAndGet()));
    }

    /** All files, in order. */
    public static List<Path> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted(Comparator.naturalOrder()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those that can be said in a sub-protocol: what is no JSON cannot be said in CBOR. */
    public static List<Path> all(String subprotocol) {
        return all().stream()
                .filter(file -> !subprotocol.contains("cbor") || !file.endsWith("malformed.txt"))
                .toList();
    }

    /** Plays a file; fails at the first line that is not as written. The opener connects a client with a role. */
    public static void play(Path file, Function<String, Client> opener) {
        Conversation conversation = new Conversation(file, opener);
        try {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (!line.isBlank() && !line.startsWith("#")) {
                    conversation.step(number, line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            conversation.clients.values().forEach(Client::close);
        }
    }

    private void step(int number, String line) {
        String place = file.getFileName() + ":" + number + ": " + line + "\n";
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new AssertionError("no line of a conversation: " + place);
        }
        String who = matcher.group(1);
        String what = filled(matcher.group(3));
        switch (matcher.group(2)) {
            case "=" -> clients.put(who, opener.apply(what));
            case ">" -> clients.get(who).send(what);
            case "<" -> expect(place, parsed(what), parsed(clients.get(who).next()), false);
            case "*" -> skipTo(place, clients.get(who), parsed(what));
            default -> clients.remove(who).close();
        }
    }

    private void skipTo(String place, Client client, JsonNode expected) {
        JsonNode message = parsed(client.next());
        while (!message.path("type").equals(expected.path("type"))) {
            message = parsed(client.next());
        }
        expect(place, expected, message, true);
    }

    private void expect(String place, JsonNode expected, JsonNode message, boolean mayHaveMore) {
        if (!matches(expected, message, mayHaveMore)) {
            throw new AssertionError(place + "came: " + message);
        }
    }

    private boolean matches(JsonNode expected, JsonNode actual, boolean mayHaveMore) {
        Matcher placeholder = PLACE.matcher(expected.asText());
        if (expected.isTextual() && placeholder.matches()) {
            if (placeholder.group(2) != null) {
                kept.put(placeholder.group(2), actual.asText());
            }
            return switch (placeholder.group(1)) {
                case "text" -> actual.isTextual() && !actual.asText().isEmpty();
                case "number" -> actual.isNumber();
                default -> true;
            };
        }
        if (expected.isObject() && actual.isObject()) {
            return (mayHaveMore || actual.size() == expected.size())
                    && expected.properties().stream()
                            .allMatch(field -> actual.has(field.getKey())
                                    && matches(field.getValue(), actual.get(field.getKey()), false));
        }
        if (expected.isArray() && actual.isArray()) {
            boolean same = expected.size() == actual.size();
            for (int i = 0; same && i < expected.size(); i++) {
                same = matches(expected.get(i), actual.get(i), false);
            }
            return same;
        }
        return expected.equals(actual);
    }

    private String filled(String text) {
        String filled = text;
        for (Map.Entry<String, String> value : kept.entrySet()) {
            filled = filled.replace("$" + value.getKey(), value.getValue());
        }
        return filled;
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }
}
