package io.synapse.engine;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a query found: the {@code data} of its {@code result}. Immutable: it is a deep copy of what it was made from.
 *
 * @param data an object of text, finite numbers, booleans, nulls, lists and maps, at most {@value #MAX_DEPTH} deep and
 *     {@value #MAX_BYTES} bytes large; a server may be configured to send less
 */
public record Answer(Map<String, Object> data) {

    /** How deep lists and maps may nest. */
    public static final int MAX_DEPTH = 16;

    /** How large the copy may be: characters of text and numbers, and 16 for each value. */
    public static final int MAX_BYTES = 64 * 1024 * 1024;

    private static final int VALUE_BYTES = 16;
    private static final int BITS_OF_A_DIGIT = 3;

    /**
     * Copies the data.
     *
     * @throws AnswerTooLargeException if they are larger than {@link #MAX_BYTES}
     * @throws IllegalArgumentException if they hold anything that has no word in JSON, or nest too deep
     */
    public Answer {
        data = new Copying().copy(data, 1);
    }

    /** Copies within the bound: few objects can stand for very many, if they hold each other more than once. */
    private static final class Copying {
        private long bytes;

        private Map<String, Object> copy(Map<?, ?> map, int depth) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                String name = String.valueOf(key);
                spend(VALUE_BYTES + (long) name.length());
                copy.put(name, copy(value, depth));
            });
            return Collections.unmodifiableMap(copy);
        }

        private Object copy(Object value, int depth) {
            if (depth > MAX_DEPTH) {
                throw new IllegalArgumentException("an answer nests deeper than " + MAX_DEPTH);
            }
            if (value instanceof Map<?, ?> map) {
                return copy(map, depth + 1);
            }
            if (value instanceof List<?> list) {
                spend((long) VALUE_BYTES * list.size());
                List<Object> copy = new ArrayList<>(list.size());
                list.forEach(item -> copy.add(copy(item, depth + 1)));
                return Collections.unmodifiableList(copy);
            }
            if (value instanceof CharSequence text) {
                spend(text.length());
                return text.toString();
            }
            if (value == null || value instanceof Boolean || isFinite(value)) {
                spend(digits(value));
                return value;
            }
            throw new IllegalArgumentException("an answer cannot hold " + value + " of " + value.getClass());
        }

        private void spend(long more) {
            bytes += more;
            if (bytes > MAX_BYTES) {
                throw new AnswerTooLargeException("an answer has more than " + MAX_BYTES + " bytes");
            }
        }
    }

    private static int digits(Object value) {
        BigInteger integer = value instanceof BigDecimal decimal
                ? decimal.unscaledValue()
                : value instanceof BigInteger big ? big : BigInteger.ZERO;
        return integer.bitLength() / BITS_OF_A_DIGIT;
    }

    private static boolean isFinite(Object value) {
        if (value instanceof Double || value instanceof Float) {
            return Double.isFinite(((Number) value).doubleValue());
        }
        return value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long
                || value instanceof BigInteger
                || value instanceof BigDecimal;
    }

    /**
     * An answer that is one text.
     *
     * @param text the text
     * @return an answer with the one entry {@code answer}
     */
    public static Answer of(String text) {
        return new Answer(Map.of("answer", text));
    }

    /**
     * This answer as a stage, for engines that work on the calling thread.
     *
     * @return a completed stage
     */
    public CompletionStage<Answer> done() {
        return CompletableFuture.completedFuture(this);
    }
}
