package io.synapse.presence;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Presences as the Phoenix client's {@code Presence} class reads them. */
final class PresenceBodies {

    private PresenceBodies() {}

    static void diff(
            JsonGenerator generator, Map<String, List<PresenceMeta>> joins, Map<String, List<PresenceMeta>> leaves)
            throws IOException {
        generator.writeStartObject();
        generator.writeFieldName("joins");
        presences(generator, joins);
        generator.writeFieldName("leaves");
        presences(generator, leaves);
        generator.writeEndObject();
    }

    static void presences(JsonGenerator generator, Map<String, List<PresenceMeta>> byKey) throws IOException {
        generator.writeStartObject();
        for (Map.Entry<String, List<PresenceMeta>> presence : byKey.entrySet()) {
            generator.writeObjectFieldStart(presence.getKey());
            generator.writeArrayFieldStart("metas");
            for (PresenceMeta meta : presence.getValue()) {
                meta(generator, meta);
            }
            generator.writeEndArray();
            generator.writeEndObject();
        }
        generator.writeEndObject();
    }

    private static void meta(JsonGenerator generator, PresenceMeta meta) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("phx_ref", meta.ref());
        if (meta.previous().isPresent()) {
            generator.writeStringField("phx_ref_prev", meta.previous().get());
        }
        generator.writeStringField("connection_id", meta.connectionId());
        generator.writeNumberField("online_at", meta.onlineAt());
        generator.writeStringField("status", meta.status());
        if (meta.load().isPresent()) {
            generator.writeNumberField("load", meta.load().getAsDouble());
        }
        generator.writeEndObject();
    }
}
