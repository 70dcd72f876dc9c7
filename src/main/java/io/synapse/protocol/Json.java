package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.HashMap;
import java.util.Map;

/** JSON, or another format with the same values, with bounds. Safe for use by many threads. */
final class Json {

    private static final int MAX_NUMBER_LENGTH = 64;
    private static final int MAX_NAME_LENGTH = 1024;

    private final JsonFactory factory;
    private final int maxDepth;

    /**
     * Sets the bounds.
     *
     * @param maxDepth how deep a payload may nest
     * @param envelope levels around the payload
     * @param maxLength the longest text value, in characters
     */
    Json(int maxDepth, int envelope, int maxLength) {
        this(new JsonFactory(), maxDepth, envelope, maxLength);
    }

    /**
     * Sets the bounds.
     *
     * @param format the format's own factory
     * @param maxDepth how deep a payload may nest
     * @param envelope levels around the payload
     * @param maxLength the longest text value, in characters
     */
    Json(JsonFactory format, int maxDepth, int envelope, int maxLength) {
        this.maxDepth = maxDepth;
        factory = format.rebuild()
                // Names come from outside: a table of them that outlives the message is a leak to be filled.
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth + envelope)
                        .maxStringLength(maxLength)
                        .maxNumberLength(MAX_NUMBER_LENGTH)
                        .maxNameLength(MAX_NAME_LENGTH)
                        .build())
                .build();
    }

    JsonFactory factory() {
        return factory;
    }

    /**
     * Reads the object that the parser stands on, to its end.
     *
     * @param parser of any format
     * @param source the whole text that the parser reads; null if it does not read text
     * @throws IOException if it is not well-formed, passes a bound, or has too many fields
     */
    static Fields fields(JsonParser parser, String source) throws IOException {
        Map<String, Object> values = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            values.put(name, Fields.RAW.contains(name) ? RawJson.read(parser, source) : value(parser, source));
            if (values.size() > Fields.MAX_FIELDS) {
                throw new FrameException("a payload has more than " + Fields.MAX_FIELDS + " fields");
            }
        }
        return values.isEmpty() ? Fields.EMPTY : new Fields(values);
    }

    private static Object value(JsonParser parser, String source) throws IOException {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> Boolean.TRUE;
            case VALUE_FALSE -> Boolean.FALSE;
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_NULL -> Fields.NULL;
            default -> RawJson.read(parser, source);
        };
    }

    // A whole number too large for a long is no value of any field, but it is a number.
    private static Object integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> (Object) parser.getLongValue();
            default -> (Object) parser.getDoubleValue();
        };
    }

    /**
     * What is wrong, in words of our own: those of the parser differ from server to server, and name its classes.
     *
     * @param failure what reading threw
     * @return one line for the client's developers
     */
    String problem(IOException failure) {
        if (failure instanceof FrameException) {
            return failure.getMessage();
        }
        if (failure instanceof CharacterCodingException) {
            return "not UTF-8";
        }
        if (failure instanceof StreamConstraintsException bound) {
            return passed(bound.getOriginalMessage());
        }
        if (failure instanceof JsonEOFException) {
            return "not JSON: it ends too early";
        }
        long position = failure instanceof JsonProcessingException json && json.getLocation() != null
                ? json.getLocation().getCharOffset()
                : -1;
        return position < 0 ? "not JSON" : "not JSON: unexpected character near position " + position;
    }

    // Which bound it was stands nowhere but in the parser's message; one that words it otherwise gets the last line.
    private String passed(String message) {
        if (message.startsWith("Document nesting depth")) {
            return "nests deeper than " + maxDepth;
        }
        if (message.startsWith("Number")) {
            return "a number has more than " + MAX_NUMBER_LENGTH + " characters";
        }
        if (message.startsWith("Name")) {
            return "a field's name has more than " + MAX_NAME_LENGTH + " characters";
        }
        return "a part is larger than this server allows";
    }

    /** A frame is well-formed JSON, but not a frame. */
    static final class FrameException extends IOException {

        private static final long serialVersionUID = 1L;

        FrameException(String message) {
            super(message);
        }
    }
}
