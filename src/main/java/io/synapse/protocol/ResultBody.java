package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The one result of a query; {@link Payloads#result} says what is what. */
record ResultBody(String ref, String status, RawJson data, long latencyMillis, long lastSeq, boolean truncated)
        implements PlainBody {

    @Override
    public void writeTo(JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("ref", ref);
        generator.writeStringField("status", status);
        generator.writeFieldName("data");
        data.writeTo(generator);
        generator.writeNumberField("latency_ms", latencyMillis);
        generator.writeNumberField("last_seq", lastSeq);
        if (truncated) {
            generator.writeNumberField("truncated_at_seq", lastSeq);
        }
        generator.writeEndObject();
    }

    @Override
    public void writeTo(JsonBuilder out) {
        out.raw("{\"ref\":").string(ref).raw(",\"status\":").string(status);
        out.raw(",\"data\":").raw(data.text());
        out.raw(",\"latency_ms\":").number(latencyMillis).raw(",\"last_seq\":").number(lastSeq);
        if (truncated) {
            out.raw(",\"truncated_at_seq\":").number(lastSeq);
        }
        out.raw("}");
    }
}
