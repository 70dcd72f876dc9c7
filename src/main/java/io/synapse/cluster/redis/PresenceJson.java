package io.synapse.cluster.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.presence.PresenceMeta;
import io.synapse.presence.PresenceOwner;
import io.synapse.presence.SharedMember;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.OptionalDouble;

/** A member of a topic as it stands in Redis: its version and its node, which scripts read, and the rest as JSON. */
final class PresenceJson {

    private static final JsonFactory JSON = new JsonFactory();
    private static final int PARTS = 3;

    private PresenceJson() {}

    static byte[] write(SharedMember member) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeBooleanField("held", member.held());
            json.writeStringField("key", member.owner().key());
            json.writeStringField("subject", member.owner().subject());
            json.writeNumberField("number", member.number());
            PresenceMeta meta = member.meta();
            json.writeStringField("ref", meta.ref());
            json.writeStringField("connection", meta.connectionId());
            json.writeNumberField("online_at", meta.onlineAt());
            json.writeStringField("status", meta.status());
            if (meta.load().isPresent()) {
                json.writeNumberField("load", meta.load().getAsDouble());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Reads what the scripts have written: version, node, JSON.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static SharedMember read(String id, String value) {
        String[] parts = value.split(" ", PARTS);
        if (parts.length < PARTS) {
            throw new IllegalArgumentException("no member of a topic");
        }
        boolean held = false;
        String key = "";
        String subject = "";
        long number = 0;
        String ref = "";
        String connection = "";
        long onlineAt = 0;
        String status = PresenceMeta.ONLINE;
        OptionalDouble load = OptionalDouble.empty();
        try (JsonParser json = JSON.createParser(parts[2])) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "held" -> held = json.getBooleanValue();
                    case "key" -> key = json.getText();
                    case "subject" -> subject = json.getText();
                    case "number" -> number = json.getLongValue();
                    case "ref" -> ref = json.getText();
                    case "connection" -> connection = json.getText();
                    case "online_at" -> onlineAt = json.getLongValue();
                    case "status" -> status = json.getText();
                    case "load" -> load = OptionalDouble.of(json.getDoubleValue());
                    // Of a later version of Synapse.
                    default -> json.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("no member of a topic", e);
        }
        return new SharedMember(
                id,
                parts[1],
                Long.parseLong(parts[0]),
                held,
                new PresenceOwner(key, subject),
                number,
                new PresenceMeta(ref, Optional.empty(), connection, onlineAt, status, load));
    }
}
