package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * The payload of a refusal: its reason, and whatever else helps. Immutable.
 *
 * @param reason one of {@link Reasons}, or words that name what was wrong
 * @param payload all of it, the reason too
 */
public record ErrorBody(String reason, Body payload) implements Body {
    @Override
    public void writeTo(JsonGenerator generator) throws IOException {
        payload.writeTo(generator);
    }
}
