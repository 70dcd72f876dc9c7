package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds the question in what a client says on a channel, which may have any form. */
public final class SpokenQuestion {

    /** Where a question stands in an object; the first of them that holds one counts. */
    private static final List<String> PLACES = List.of("q", "message", "text");

    private SpokenQuestion() {}

    /**
     * Finds the question.
     *
     * @param said what a client says
     * @return a text that is not blank: what was said, if it is one, or that in the first of the places; empty if there is
     *     none
     */
    public static Optional<String> in(RawJson said) {
        try (JsonParser parser = said.parser()) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.VALUE_STRING) {
                return Optional.of(parser.getText()).filter(text -> !text.isBlank());
            }
            return first == JsonToken.START_OBJECT ? inObject(parser) : Optional.empty();
        } catch (IOException e) {
            // A parser with bounds has read past it before.
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> inObject(JsonParser parser) throws IOException {
        Map<String, String> found = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING && PLACES.contains(name)) {
                found.put(name, parser.getText());
            }
            parser.skipChildren();
        }
        return PLACES.stream()
                .map(found::get)
                .filter(text -> text != null && !text.isBlank())
                .findFirst();
    }
}
