package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonGeneratorDelegate;
import java.io.IOException;

/**
 * Lets a payload write its fields into an object that is open already: its own outermost braces are left out. Fields that
 * the message itself has are the message's: a payload's {@code type}, {@code code} and {@code message} would stand there
 * twice, and no payload has them.
 */
final class FlatGenerator extends JsonGeneratorDelegate {

    private int depth;

    FlatGenerator(JsonGenerator target) {
        super(target, false);
    }

    @Override
    public void writeStartObject() throws IOException {
        if (depth++ > 0) {
            delegate.writeStartObject();
        }
    }

    @Override
    public void writeEndObject() throws IOException {
        if (--depth > 0) {
            delegate.writeEndObject();
        }
    }
}
