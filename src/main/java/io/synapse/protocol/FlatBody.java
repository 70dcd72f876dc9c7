package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A payload of a few named values that hold nothing themselves: text, whole numbers, truth. Immutable. */
final class FlatBody implements PlainBody {

    private final Object[] pairs;

    /** Takes names and values in turn, which nobody changes any more. A null value leaves its name out. */
    FlatBody(Object... pairs) {
        this.pairs = pairs;
    }

    /** Whether these are values for it. */
    static boolean takes(Object... pairs) {
        for (int i = 1; i < pairs.length; i += 2) {
            Object value = pairs[i];
            if (value != null
                    && !(value instanceof String
                            || value instanceof Long
                            || value instanceof Integer
                            || value instanceof Boolean)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void writeTo(JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        for (int i = 0; i < pairs.length; i += 2) {
            Object value = pairs[i + 1];
            if (value != null) {
                generator.writeFieldName((String) pairs[i]);
                if (value instanceof String text) {
                    generator.writeString(text);
                } else if (value instanceof Boolean truth) {
                    generator.writeBoolean(truth);
                } else {
                    generator.writeNumber(((Number) value).longValue());
                }
            }
        }
        generator.writeEndObject();
    }

    @Override
    public void writeTo(JsonBuilder out) {
        String separator = "{";
        for (int i = 0; i < pairs.length; i += 2) {
            Object value = pairs[i + 1];
            if (value != null) {
                out.raw(separator).string((String) pairs[i]).raw(":");
                if (value instanceof String text) {
                    out.string(text);
                } else {
                    out.raw(value.toString());
                }
                separator = ",";
            }
        }
        out.raw(separator.equals("{") ? "{}" : "}");
    }
}
