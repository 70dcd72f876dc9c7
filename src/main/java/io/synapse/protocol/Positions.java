package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.protocol.ClientMessage.Since;
import io.synapse.protocol.Fields.WrongField;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Reads an object of places by topic: {@code {topic: {offset, epoch}}}. */
final class Positions {

    private static final Json NESTED = new Json(2, 0, 1024);

    private Positions() {}

    static Map<String, Since> read(Fields fields, String name, int maxCount) throws WrongField {
        if (fields.isAbsent(name)) {
            return Map.of();
        }
        RawJson raw = fields.raw(name).orElseThrow(() -> wrong(name));
        Map<String, Since> positions = new HashMap<>();
        try (JsonParser parser = NESTED.factory().createParser(raw.text())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw wrong(name);
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String topic = parser.currentName();
                if (parser.nextToken() != JsonToken.START_OBJECT || positions.size() >= maxCount) {
                    throw wrong(name);
                }
                positions.put(
                        topic, TopicMessages.since(Json.fields(parser, null)).orElseThrow(() -> wrong(name)));
            }
        } catch (IOException e) {
            throw wrong(name);
        }
        return positions;
    }

    private static WrongField wrong(String name) {
        return new WrongField(name + " must be an object of {offset, epoch} by topic");
    }
}
