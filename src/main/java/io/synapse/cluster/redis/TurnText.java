package io.synapse.cluster.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.conversation.Turn;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** A turn of a conversation as it is kept: the memory it counts for, a blank, and JSON. */
final class TurnText {

    private static final JsonFactory FACTORY = new JsonFactory();

    private TurnText() {}

    static byte[] of(Turn turn) {
        StringWriter text = new StringWriter();
        text.append(Long.toString(turn.bytes())).append(' ');
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("ref", turn.ref());
            json.writeStringField("question", turn.question());
            json.writeStringField("answer", turn.answer());
            json.writeStringField("status", turn.status());
            json.writeBooleanField("inContext", turn.inContext());
            json.writeStringField("started", turn.started().toString());
            json.writeStringField("ended", turn.ended().toString());
            if (turn.truncatedAtSeq().isPresent()) {
                json.writeNumberField("truncatedAtSeq", turn.truncatedAtSeq().getAsLong());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Turn read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = FACTORY.createParser(text.substring(text.indexOf(' ') + 1))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                fields.put(name, json.getText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String truncated = fields.get("truncatedAtSeq");
        return new Turn(
                fields.get("ref"),
                fields.get("question"),
                fields.get("answer"),
                fields.get("status"),
                Boolean.parseBoolean(fields.get("inContext")),
                Instant.parse(fields.get("started")),
                Instant.parse(fields.get("ended")),
                truncated == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(truncated)));
    }
}
