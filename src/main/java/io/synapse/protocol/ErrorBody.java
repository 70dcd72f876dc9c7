package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * The payload of a refusal: its reason, and whatever else helps. On the cortex socket it is {@code {reason, …}}; what it
 * is on {@code /ws}, {@link #coded} says. Immutable.
 *
 * @param reason one of {@link Reasons}, or words that name what was wrong
 * @param more an object with the rest
 */
public record ErrorBody(String reason, Body more) implements Body {
    @Override
    public void writeTo(JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("reason", reason);
        more.writeTo(new FlatGenerator(generator));
        generator.writeEndObject();
    }

    /**
     * The same with a number, as JSON-RPC has it.
     *
     * @return {@code {code, message, …}}, where the message is the reason
     */
    public Body coded() {
        return generator -> {
            generator.writeStartObject();
            generator.writeNumberField("code", ErrorCodes.of(reason));
            generator.writeStringField("message", reason);
            more.writeTo(new FlatGenerator(generator));
            generator.writeEndObject();
        };
    }
}
