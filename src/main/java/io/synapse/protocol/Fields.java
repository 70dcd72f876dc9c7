package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The top level of a payload. Scalars have a value here; what nests is kept as it came, and so are the fields that carry
 * what clients say to each other, whatever they hold.
 */
final class Fields {

    /** The most fields a payload may have at its top level. */
    static final int MAX_FIELDS = 64;

    /** Fields whose values are passed on and never looked into. */
    static final Set<String> RAW = Set.of("payload", "message", "args");

    /** Stands for a null. */
    static final Object NULL = new Object();

    static final Fields EMPTY = new Fields(Map.of());

    private static final Json FLAT = new Json(2, 0, 64 * 1024);

    private final Map<String, Object> values;

    Fields(Map<String, Object> values) {
        this.values = values;
    }

    /** A field has a type or a value that it must not have. */
    static final class WrongField extends Exception {

        private static final long serialVersionUID = 1L;

        WrongField(String message) {
            super(message, null, false, false);
        }
    }

    boolean isAbsent(String name) {
        Object value = values.get(name);
        return value == null || value == NULL;
    }

    /** Whether it is there, though it may be null. */
    boolean isPresent(String name) {
        return values.containsKey(name);
    }

    boolean isText(String name) {
        return values.get(name) instanceof String;
    }

    boolean isNumber(String name) {
        return values.get(name) instanceof Number;
    }

    Optional<String> text(String name, int maxLength) throws WrongField {
        if (isAbsent(name)) {
            return Optional.empty();
        }
        if (!(values.get(name) instanceof String text)) {
            throw new WrongField(name + " must be text");
        }
        if (text.length() > maxLength) {
            throw new WrongField(name + " must have at most " + maxLength + " characters");
        }
        return Optional.of(text);
    }

    Optional<Boolean> truth(String name) throws WrongField {
        if (isAbsent(name)) {
            return Optional.empty();
        }
        if (!(values.get(name) instanceof Boolean truth)) {
            throw new WrongField(name + " must be true or false");
        }
        return Optional.of(truth);
    }

    /** A value that is passed on; null of JSON is a value like any other. */
    Optional<RawJson> raw(String name) {
        return values.get(name) instanceof RawJson raw ? Optional.of(raw) : Optional.empty();
    }

    /** A list of texts, without repetitions, in order. */
    Set<String> texts(String name, int maxCount, int maxLength) throws WrongField {
        if (isAbsent(name)) {
            return Set.of();
        }
        if (!(values.get(name) instanceof RawJson raw)) {
            throw new WrongField(name + " must be a list of texts");
        }
        Set<String> texts = new LinkedHashSet<>();
        try (JsonParser parser = FLAT.factory().createParser(raw.text())) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new WrongField(name + " must be a list of texts");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() != JsonToken.VALUE_STRING || parser.getTextLength() > maxLength) {
                    throw new WrongField(name + " must hold texts of at most " + maxLength + " characters");
                }
                texts.add(parser.getText());
                if (texts.size() > maxCount) {
                    throw new WrongField(name + " must have at most " + maxCount + " entries");
                }
            }
        } catch (IOException e) {
            throw new WrongField(name + " must be a list of texts");
        }
        return texts;
    }

    OptionalLong integer(String name, long min, long max) throws WrongField {
        if (isAbsent(name)) {
            return OptionalLong.empty();
        }
        if (!(values.get(name) instanceof Long value)) {
            throw new WrongField(name + " must be a whole number");
        }
        if (value < min || value > max) {
            throw new WrongField(name + " must be within " + min + " and " + max);
        }
        return OptionalLong.of(value);
    }

    OptionalDouble decimal(String name, double min, double max) throws WrongField {
        if (isAbsent(name)) {
            return OptionalDouble.empty();
        }
        if (!(values.get(name) instanceof Number number)) {
            throw new WrongField(name + " must be a number");
        }
        double value = number.doubleValue();
        if (!(value >= min && value <= max)) {
            throw new WrongField(name + " must be within " + min + " and " + max);
        }
        return OptionalDouble.of(value);
    }
}
