package io.synapse.endpoint.rest;

import io.synapse.endpoint.BoundedBody;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.RawJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The body of a request: one JSON object. Remembers what is wrong with each field, so that a client learns all of it at once.
 * For one thread.
 */
final class RestBody {

    private static final Bounds USUAL = new Bounds(16 * 1024, 3);
    /** Fields that are passed on and never looked into. */
    private static final Set<String> RAW = Set.of("message");

    private static final int MAX_ENTRIES = 100;
    /** The end of the year 9999. */
    private static final long LATEST = 253_402_300_799_999L;

    private static final String BODY = "body";

    private final Map<String, Object> fields;
    private final Map<String, String> errors = new TreeMap<>();

    private RestBody(Map<String, Object> fields) {
        this.fields = new LinkedHashMap<>(fields);
    }

    /**
     * How much of a body is read.
     *
     * @param bytes of it
     * @param depth how deep it may nest
     */
    record Bounds(int bytes, int depth) {}

    /** Reads it; none at all is one without fields. */
    static RestBody read(InputStream in) {
        return read(in, USUAL);
    }

    /** The same within other bounds. */
    static RestBody read(InputStream in, Bounds bounds) {
        Optional<byte[]> read;
        try {
            read = in == null ? Optional.of(new byte[0]) : BoundedBody.read(in, bounds.bytes());
        } catch (IOException e) {
            return wrong("could not be read to its end");
        }
        if (read.isEmpty()) {
            return wrong("must have at most " + bounds.bytes() + " bytes");
        }
        byte[] bytes = read.get();
        if (bytes.length == 0) {
            return new RestBody(Map.of());
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return new RestBody(JsonValues.object(text, bounds.depth(), RAW));
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

    /** A value that is passed on as it came; null where there is none. */
    RawJson raw(String name) {
        if (fields.remove(name) instanceof RawJson value) {
            return value;
        }
        error(name, "must be there; any JSON will do");
        return RawJson.EMPTY_OBJECT;
    }

    /** True or false; empty where there is none, or a wrong one. */
    Optional<Boolean> truth(String name) {
        Object value = fields.remove(name);
        if (value == null || value instanceof Boolean) {
            return Optional.ofNullable((Boolean) value);
        }
        error(name, "must be true or false");
        return Optional.empty();
    }

    /** A list of objects, each read by itself; what is wrong with one is told with its place. */
    <T> List<T> objects(String name, int most, Function<RestBody, T> read) {
        List<T> all = new ArrayList<>();
        if (!(fields.remove(name) instanceof List<?> list) || list.isEmpty() || list.size() > most) {
            error(name, "must be a list of 1 to " + most + " objects");
            return all;
        }
        for (int i = 0; i < list.size(); i++) {
            String place = name + "[" + i + "]";
            if (list.get(i) instanceof Map<?, ?> map) {
                Map<String, Object> of = new LinkedHashMap<>();
                map.forEach((key, value) -> of.put(String.valueOf(key), value));
                RestBody one = new RestBody(of);
                all.add(read.apply(one));
                one.errors().forEach((field, why) -> error(place + "." + field, why));
            } else {
                error(place, "must be an object");
            }
        }
        return all;
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
