package io.synapse.endpoint.rest;

import io.synapse.protocol.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The body of a request: one JSON object. Remembers what is wrong with each field, so that a client learns all of it at once.
 * For one thread.
 */
final class RestBody {

    private static final int MAX_BYTES = 16 * 1024;
    private static final int MAX_DEPTH = 3;
    private static final int MAX_ENTRIES = 100;
    /** The end of the year 9999. */
    private static final long LATEST = 253_402_300_799_999L;

    private static final String BODY = "body";

    private final Map<String, Object> fields;
    private final Map<String, String> errors = new TreeMap<>();

    private RestBody(Map<String, Object> fields) {
        this.fields = new LinkedHashMap<>(fields);
    }

    /** Reads it; none at all is one without fields. */
    static RestBody read(InputStream in) {
        byte[] bytes;
        try {
            bytes = in == null ? new byte[0] : in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            return wrong("could not be read to its end");
        }
        if (bytes.length == 0) {
            return new RestBody(Map.of());
        }
        if (bytes.length > MAX_BYTES) {
            return wrong("must have at most " + MAX_BYTES + " bytes");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new RestBody(JsonValues.object(text, MAX_DEPTH));
        } catch (CharacterCodingException | IllegalArgumentException e) {
            return wrong("must be one JSON object in UTF-8");
        }
    }

    private static RestBody wrong(String why) {
        RestBody body = new RestBody(Map.of());
        body.errors.put(BODY, why);
        return body;
    }

    /** Notes what is wrong with a field. */
    void error(String name, String why) {
        errors.putIfAbsent(name, why);
    }

    /** A text; empty where there is none, or a wrong one. */
    Optional<String> text(String name, Predicate<String> allowed, String rule) {
        Object value = fields.remove(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text && allowed.test(text)) {
            return Optional.of(text);
        }
        error(name, rule);
        return Optional.empty();
    }

    /** A text that must be there; the empty one where it is wrong. */
    String required(String name, Predicate<String> allowed, String rule) {
        Optional<String> text = text(name, allowed, rule);
        if (text.isEmpty()) {
            error(name, rule);
        }
        return text.orElse("");
    }

    /** A list of texts; empty where there is none, or a wrong one. */
    Optional<Set<String>> texts(String name, Predicate<String> allowed, String rule) {
        Object value = fields.remove(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof List<?> list
                && list.size() <= MAX_ENTRIES
                && list.stream().allMatch(entry -> entry instanceof String text && allowed.test(text))) {
            Set<String> texts = new LinkedHashSet<>();
            list.forEach(entry -> texts.add((String) entry));
            return Optional.of(texts);
        }
        error(name, "must be a list of at most " + MAX_ENTRIES + ", of which each " + rule);
        return Optional.empty();
    }

    /** A time in epoch milliseconds that is yet to come. */
    Optional<Instant> time(String name, Instant now) {
        Optional<Long> millis = number(name, now.toEpochMilli() + 1, LATEST);
        return millis.map(Instant::ofEpochMilli);
    }

    /** A duration in milliseconds. */
    Optional<Duration> duration(String name, Duration longest) {
        return number(name, 0, longest.toMillis()).map(Duration::ofMillis);
    }

    private Optional<Long> number(String name, long min, long max) {
        Object value = fields.remove(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Long number && number >= min && number <= max) {
            return Optional.of(number);
        }
        error(name, "must be a whole number of milliseconds within " + min + " and " + max);
        return Optional.empty();
    }

    /** What is wrong, with the fields that nobody has asked for: a misspelt limit would be none. */
    Map<String, String> errors() {
        fields.keySet().stream()
                .limit(MAX_ENTRIES)
                .forEach(name -> error(name.length() > 64 ? name.substring(0, 64) : name, "there is no such field"));
        return errors;
    }
}
