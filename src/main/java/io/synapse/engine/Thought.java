package io.synapse.engine;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * One streamed step of an answer, or a piece of its text. Immutable.
 *
 * @param type what kind of step, a short lower-case word. {@link #TEXT} marks a piece of the answer: the pieces put
 *     together, in order and with nothing between them, are the answer's text
 * @param content the step itself; may be empty, never null
 * @param confidence how sure the engine is, 0 to 1, if it knows
 */
public record Thought(String type, String content, OptionalDouble confidence) {

    /** The type of a piece of the answer's text. */
    public static final String TEXT = "text";

    /** The longest {@code type}, in characters. */
    public static final int MAX_TYPE_LENGTH = 64;

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if the type is empty or too long, or the confidence is not within 0 and 1
     */
    public Thought {
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(confidence, "confidence");
        if (type.isEmpty() || type.length() > MAX_TYPE_LENGTH) {
            throw new IllegalArgumentException("type must have 1 to " + MAX_TYPE_LENGTH + " characters");
        }
        if (confidence.isPresent() && !(confidence.getAsDouble() >= 0 && confidence.getAsDouble() <= 1)) {
            throw new IllegalArgumentException("confidence must be within 0 and 1: " + confidence.getAsDouble());
        }
    }

    /**
     * A thought of any type.
     *
     * @param type a short lower-case word
     * @param content the step
     * @return the thought, of unknown confidence
     */
    public static Thought of(String type, String content) {
        return new Thought(type, content, OptionalDouble.empty());
    }

    /**
     * A piece of the answer's text.
     *
     * @param content the piece, with its white space
     * @return the thought
     */
    public static Thought text(String content) {
        return of(TEXT, content);
    }

    /**
     * The same thought with a confidence.
     *
     * @param value 0 to 1
     * @return a new thought
     */
    public Thought withConfidence(double value) {
        return new Thought(type, content, OptionalDouble.of(value));
    }
}
