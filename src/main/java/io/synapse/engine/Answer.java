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
 * @param data an object of text, finite numbers, booleans, nulls, lists and maps, at most {@value #MAX_DEPTH} deep
 */
public record Answer(Map<String, Object> data) {

    /** How deep lists and maps may nest. */
    public static final int MAX_DEPTH = 16;

    /**
     * Copies the data.
     *
     * @throws IllegalArgumentException if they hold anything that has no word in JSON, or nest too deep
     */
    public Answer {
        data = copy(data, 1);
    }

    private static Map<String, Object> copy(Map<?, ?> map, int depth) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), copy(value, depth)));
        return Collections.unmodifiableMap(copy);
    }

    private static Object copy(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("an answer nests deeper than " + MAX_DEPTH);
        }
        if (value instanceof Map<?, ?> map) {
            return copy(map, depth + 1);
        }
        if (value instanceof List<?> list) {
            List<Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(copy(item, depth + 1)));
            return Collections.unmodifiableList(copy);
        }
        if (value == null || value instanceof Boolean || isFinite(value)) {
            return value;
        }
        if (value instanceof CharSequence text) {
            return text.toString();
        }
        throw new IllegalArgumentException("an answer cannot hold " + value + " of " + value.getClass());
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
