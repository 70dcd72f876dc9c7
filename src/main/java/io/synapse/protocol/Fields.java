package io.synapse.protocol;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The top level of a payload. Only the scalars have a value here: no message has a field that nests, so what nests is
 * read past, within the depth allowed, and kept as a mark.
 */
final class Fields {

    /** The most fields a payload may have at its top level. */
    static final int MAX_FIELDS = 64;

    /** Stands for an array or an object. */
    static final Object NESTED = new Object();

    /** Stands for a null. */
    static final Object NULL = new Object();

    static final Fields EMPTY = new Fields(Map.of());

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
