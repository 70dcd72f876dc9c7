package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** The payload of a Phoenix reply: {@code {status, response}}. */
final class ReplyBody {

    private ReplyBody() {}

    static Body of(ServerMessage.Reply reply) {
        String status = reply.status().word();
        return reply.response() instanceof PlainBody plain
                ? new Plain(status, plain)
                : generator -> write(generator, status, reply.response());
    }

    private static void write(JsonGenerator generator, String status, Body response) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("status", status);
        generator.writeFieldName("response");
        response.writeTo(generator);
        generator.writeEndObject();
    }

    private record Plain(String status, PlainBody response) implements PlainBody {

        @Override
        public void writeTo(JsonGenerator generator) throws IOException {
            write(generator, status, response);
        }

        @Override
        public void writeTo(JsonBuilder out) {
            out.raw("{\"status\":").string(status).raw(",\"response\":");
            response.writeTo(out);
            out.raw("}");
        }
    }
}
