package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;

/**
 * A JSON value as it came from a client: well-formed, within the bounds of depth and length, and not looked into. It
 * goes on to others as it is, so numbers keep their digits and objects their order. Immutable.
 */
public final class RawJson implements Body {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // Names come from outside: a table of them that outlives the message is a leak to be filled.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // What is read here was read with bounds before.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    /** No fields. */
    public static final RawJson EMPTY_OBJECT = new RawJson("{}");

    private final String text;

    /** Takes a text that a parser with bounds has read past. */
    RawJson(String text) {
        this.text = text;
    }

    /**
     * A value of the server's own.
     *
     * @param body writes it
     * @return the value
     */
    public static RawJson of(Body body) {
        StringWriter out = new StringWriter();
        try (JsonGenerator generator = FACTORY.createGenerator(out)) {
            body.writeTo(generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new RawJson(out.toString());
    }

    /**
     * The value that a parser stands on; moves the parser to its end.
     *
     * @param parser of any format
     * @param source the whole text that the parser reads; null if it does not read text
     */
    static RawJson read(JsonParser parser, String source) throws IOException {
        if (source == null) {
            // CBOR can say a long text again in a few bytes.
            BoundedWriter out = new BoundedWriter(parser.streamReadConstraints().getMaxStringLength());
            try (JsonGenerator generator = FACTORY.createGenerator(out)) {
                generator.copyCurrentStructureExact(parser);
            }
            return new RawJson(out.toString());
        }
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        parser.finishToken();
        return new RawJson(
                source.substring(start, (int) parser.currentLocation().getCharOffset()));
    }

    boolean isObject() {
        return text.startsWith("{");
    }

    /** Reads it again. */
    JsonParser parser() throws IOException {
        return FACTORY.createParser(text);
    }

    /**
     * The value.
     *
     * @return JSON
     */
    public String text() {
        return text;
    }

    /**
     * Its size.
     *
     * @return bytes of UTF-8
     */
    public int bytes() {
        return Utf8.length(text);
    }

    @Override
    public void writeTo(JsonGenerator generator) throws IOException {
        // Binary formats have no raw values of JSON: they take it token by token.
        if (generator.canWriteBinaryNatively()) {
            try (JsonParser parser = FACTORY.createParser(text)) {
                while (parser.nextToken() != null) {
                    if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
                        writeFraction(parser.getText(), generator);
                    } else {
                        generator.copyCurrentEventExact(parser);
                    }
                }
            }
        } else {
            generator.writeRawValue(text);
        }
    }

    // Most clients read a decimal fraction of CBOR with difficulty or not at all; few numbers need one.
    private static void writeFraction(String digits, JsonGenerator generator) throws IOException {
        double nearest = Double.parseDouble(digits);
        BigDecimal exact = new BigDecimal(digits);
        if (Double.isFinite(nearest) && new BigDecimal(Double.toString(nearest)).compareTo(exact) == 0) {
            generator.writeNumber(nearest);
        } else {
            generator.writeNumber(exact);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RawJson raw && raw.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return "RawJson[" + text.length() + " characters]";
    }
}
