package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * JSON as values of Java: text, booleans, null, lists, maps in order; whole numbers as {@code Long}, or as {@code
 * BigInteger} if they are too large for one, and others as {@code Double}.
 */
public final class JsonValues {

    private JsonValues() {}

    /**
     * The values of an object. Of fields with the same name the last counts.
     *
     * @param json well-formed, and an object
     * @return its fields
     * @throws IllegalArgumentException if it is no object, or a number in it is too large for a {@code Double}
     */
    public static Map<String, Object> object(RawJson json) {
        try (JsonParser parser = json.parser()) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not an object");
            }
            return object(parser, null, Set.of());
        } catch (IOException e) {
            // A parser with bounds has read past it before.
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The values of an object in a text of the application's own.
     *
     * @param text JSON
     * @param maxDepth how deep it may nest
     * @return its fields
     * @throws IllegalArgumentException if it is not well-formed, no object, too deep, or has a number too large
     */
    public static Map<String, Object> object(String text, int maxDepth) {
        return object(text, maxDepth, Set.of());
    }

    /**
     * The same, with some fields as they came, wherever they stand, numbers with all their digits.
     *
     * @param text JSON
     * @param maxDepth how deep it may nest
     * @param raw the names of fields whose values are to be {@link RawJson}
     * @return its fields
     * @throws IllegalArgumentException if it is not well-formed, no object, too deep, or has a number too large
     */
    public static Map<String, Object> object(String text, int maxDepth, Set<String> raw) {
        try (JsonParser parser =
                new Json(maxDepth, 0, Math.max(1, text.length())).factory().createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not an object");
            }
            Map<String, Object> object = object(parser, text, raw);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("something follows the object");
            }
            return object;
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON: " + e.getMessage(), e);
        }
    }

    /**
     * Values as JSON, always in the same way.
     *
     * @param object what {@link #object(RawJson)} has read
     * @return the JSON
     */
    public static RawJson write(Map<String, Object> object) {
        return RawJson.of(Payloads.data(object, Integer.MAX_VALUE));
    }

    /**
     * An object to be written field by field, each value as it came.
     *
     * @param json an object
     * @return the same, which can be part of another message
     * @throws IllegalArgumentException if it is no object
     */
    public static Body fields(RawJson json) {
        Map<String, RawJson> fields = new LinkedHashMap<>();
        try (JsonParser parser = json.parser()) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("not an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, RawJson.read(parser, json.text()));
            }
        } catch (IOException e) {
            // A parser with bounds has read past it before.
            throw new UncheckedIOException(e);
        }
        return generator -> {
            generator.writeStartObject();
            for (Map.Entry<String, RawJson> field : fields.entrySet()) {
                generator.writeFieldName(field.getKey());
                field.getValue().writeTo(generator);
            }
            generator.writeEndObject();
        };
    }

    private static Map<String, Object> object(JsonParser parser, String text, Set<String> raw) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, raw.contains(name) ? RawJson.read(parser, text) : value(parser, text, raw));
        }
        return fields;
    }

    private static Object value(JsonParser parser, String text, Set<String> raw) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, text, raw);
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(parser, text, raw));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> fraction(parser);
            default -> null;
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> (Object) parser.getLongValue();
            default -> (Object) parser.getBigIntegerValue();
        };
    }

    // Never a BigDecimal: nine digits of exponent are a number that takes gigabytes to write out.
    private static Double fraction(JsonParser parser) throws IOException {
        double value = parser.getDoubleValue();
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("a number is too large");
        }
        return value;
    }
}
