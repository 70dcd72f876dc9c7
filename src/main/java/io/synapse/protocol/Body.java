package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/**
 * The payload of a server's message: it writes itself as one object. The generator may be of JSON or of CBOR. Immutable,
 * and safe to write many times.
 */
@FunctionalInterface
public interface Body {

    /** An object with nothing in it. */
    Body EMPTY = generator -> {
        generator.writeStartObject();
        generator.writeEndObject();
    };

    /**
     * Writes the payload.
     *
     * @param generator where to
     * @throws IOException if the generator fails
     */
    void writeTo(JsonGenerator generator) throws IOException;
}
