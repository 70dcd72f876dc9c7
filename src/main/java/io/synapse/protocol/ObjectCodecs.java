package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.CBORGenerator;

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

    // JSON can say halves of characters and CBOR cannot: a message that holds one must not end all who read CBOR.
    private static final CBORFactory LENIENT = CBORFactory.builder()
            .enable(CBORGenerator.Feature.LENIENT_UTF_ENCODING)
            .build();

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
        cbor = new Json(LENIENT, maxDepth, ENVELOPE_DEPTH, maxBytes);
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
