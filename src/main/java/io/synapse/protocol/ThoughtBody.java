package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.NumberOutput;
import java.io.IOException;
import java.util.OptionalDouble;

/** One thought; {@link Payloads#thought} says what is what. */
record ThoughtBody(
        String ref,
        long seqFrom,
        long seq,
        String type,
        String content,
        OptionalDouble confidence,
        long timestamp,
        boolean nested)
        implements PlainBody {

    ThoughtBody {
        // JSON has no word for it.
        if (confidence.isPresent() && !Double.isFinite(confidence.getAsDouble())) {
            throw new CodecException("a thought's confidence is not finite", null);
        }
    }

    @Override
    public void writeTo(JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("ref", ref);
        if (seqFrom != seq) {
            generator.writeNumberField("seq_from", seqFrom);
        }
        generator.writeNumberField("seq", seq);
        if (nested) {
            generator.writeNumberField("timestamp", timestamp);
            generator.writeObjectFieldStart("thought");
        }
        generator.writeStringField("type", type);
        generator.writeStringField("content", content);
        if (confidence.isPresent()) {
            generator.writeNumberField("confidence", confidence.getAsDouble());
        }
        if (nested) {
            generator.writeEndObject();
        } else {
            generator.writeNumberField("timestamp", timestamp);
        }
        generator.writeEndObject();
    }

    @Override
    public void writeTo(JsonBuilder out) {
        out.raw("{\"ref\":").string(ref);
        if (seqFrom != seq) {
            out.raw(",\"seq_from\":").number(seqFrom);
        }
        out.raw(",\"seq\":").number(seq);
        if (nested) {
            out.raw(",\"timestamp\":").number(timestamp).raw(",\"thought\":{");
        } else {
            out.raw(",");
        }
        out.raw("\"type\":").string(type).raw(",\"content\":").string(content);
        if (confidence.isPresent()) {
            out.raw(",\"confidence\":").raw(NumberOutput.toString(confidence.getAsDouble()));
        }
        if (nested) {
            out.raw("}}");
        } else {
            out.raw(",\"timestamp\":").number(timestamp).raw("}");
        }
    }
}
