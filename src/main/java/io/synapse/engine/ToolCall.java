package io.synapse.engine;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One call as a tool sees it. Immutable as far as nobody changes the lists and maps inside the arguments.
 *
 * @param agent the agent on whose topic it was called
 * @param ref the client's name for the call; with {@code agent} its identity
 * @param arguments by name, as the schema wants them: text, booleans, nulls, lists, maps; whole numbers are {@code Long},
 *     or {@code BigInteger} if they are too large for one, and others {@code Double}
 * @param deadline when the call times out
 * @param traceparent the W3C trace context the client sent, if any; not validated
 */
public record ToolCall(
        String agent, String ref, Map<String, Object> arguments, Instant deadline, Optional<String> traceparent) {

    /** Copies the map. */
    public ToolCall {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(deadline, "deadline");
        Objects.requireNonNull(traceparent, "traceparent");
        // Not copyOf: null is a value of JSON.
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }

    /**
     * An argument that the schema says is text.
     *
     * @param name its name
     * @return the text, or empty if it was not given or is no text
     */
    public Optional<String> text(String name) {
        return arguments.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /**
     * An argument that the schema says is a whole number.
     *
     * @param name its name
     * @return the number, or empty if it was not given, is no number, or has more than 64 bits
     */
    public Optional<Long> integer(String name) {
        Object value = arguments.get(name);
        if (value instanceof Long number) {
            return Optional.of(number);
        }
        // 2.0 is an integer to JSON Schema.
        boolean isWhole = value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1L << 53;
        return isWhole ? Optional.of(((Double) value).longValue()) : Optional.empty();
    }
}
