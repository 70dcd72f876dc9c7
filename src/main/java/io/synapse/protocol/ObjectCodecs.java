package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;

/** What all {@link ObjectCodec}s of a node share: parsers with their bounds. Safe for use by many threads. */
public final class ObjectCodecs {

    /** How messages are written. */
    public enum Format {
        /** JSON in text frames. */
        JSON,
        /** CBOR (RFC 8949) in binary frames. */
        CBOR
    }

    // A message is an object of its own; what a client passes on stands one level deeper.
    private static final int ENVELOPE_DEPTH = 1;

    private final Json json;
    private final Json cbor;

    /**
     * Sets the bounds.
     *
     * @param maxDepth how deep a payload may nest
     * @param maxBytes the largest message; no text in it can be longer
     */
    public ObjectCodecs(int maxDepth, int maxBytes) {
        json = new Json(new JsonFactory(), maxDepth, ENVELOPE_DEPTH, maxBytes);
        cbor = new Json(new CBORFactory(), maxDepth, ENVELOPE_DEPTH, maxBytes);
    }

    /**
     * A codec for one connection.
     *
     * @param format how it writes
     * @return a codec
     */
    public ObjectCodec open(Format format) {
        return new ObjectCodec(format, format == Format.JSON ? json : cbor);
    }
}
