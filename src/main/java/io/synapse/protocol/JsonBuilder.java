package io.synapse.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/**
 * Puts JSON together piece by piece, for messages that are written often: a generator keeps count of where it is, which
 * costs more than the message. Who uses it sees to it that the pieces fit together. For one thread.
 */
final class JsonBuilder {

    /** Escapes as Jackson's generators do. */
    private static final JsonStringEncoder ENCODER = JsonStringEncoder.getInstance();

    /** Holds most messages. */
    private static final int LENGTH = 256;

    private final StringBuilder out = new StringBuilder(LENGTH);

    /** Adds JSON as it is. */
    JsonBuilder raw(String json) {
        out.append(json);
        return this;
    }

    /** Adds a text, quoted and escaped; null for none. */
    JsonBuilder string(CharSequence text) {
        if (text == null) {
            return raw("null");
        }
        out.append('"');
        ENCODER.quoteAsString(text, out);
        out.append('"');
        return this;
    }

    /** Adds a whole number. */
    JsonBuilder number(long number) {
        out.append(number);
        return this;
    }

    /** Adds a ref as the client wrote it. */
    JsonBuilder ref(Ref ref) {
        if (ref == null) {
            return raw("null");
        }
        return ref.number() ? raw(ref.text()) : string(ref.text());
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
