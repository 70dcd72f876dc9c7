package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** JSON with bounds. Safe for use by many threads. */
final class Json {

    private static final int MAX_NUMBER_LENGTH = 64;
    private static final int MAX_NAME_LENGTH = 1024;

    private final JsonFactory factory;

    /**
     * Sets the bounds.
     *
     * @param maxDepth how deep a document may nest
     * @param maxLength the longest text value, in characters
     */
    Json(int maxDepth, int maxLength) {
        factory = JsonFactory.builder()
                // Names come from outside: a table of them that outlives the message is a leak to be filled.
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
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

    /** A frame is well-formed JSON, but not a frame. */
    static final class FrameException extends IOException {

        private static final long serialVersionUID = 1L;

        FrameException(String message) {
            super(message);
        }
    }
}
