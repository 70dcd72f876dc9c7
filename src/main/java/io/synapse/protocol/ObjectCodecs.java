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
    private final int maxBytes;
    private final FrameBounds bounds;

    /**
     * Sets the bounds.
     *
     * @param maxDepth how deep a payload may nest
     * @param maxBytes the largest message; no text in it can be longer
     */
    public ObjectCodecs(int maxDepth, int maxBytes) {
        this(maxDepth, maxBytes, FrameBounds.DEFAULT);
    }

    /**
     * Sets the bounds.
     *
     * @param maxDepth how deep a payload may nest
     * @param maxBytes the largest message, and the most that a compressed frame may hold
     * @param bounds of frames with several messages
     */
    public ObjectCodecs(int maxDepth, int maxBytes, FrameBounds bounds) {
        json = new Json(new JsonFactory(), maxDepth, ENVELOPE_DEPTH, maxBytes);
        cbor = new Json(LENIENT, maxDepth, ENVELOPE_DEPTH, maxBytes);
        this.maxBytes = maxBytes;
        this.bounds = bounds;
    }

    /**
     * A codec for one connection.
     *
     * @param spoken how messages are put into frames
     * @return a codec
     */
    public MessageCodec open(Subprotocol spoken) {
        ObjectCodec single = open(spoken.format());
        if (!spoken.sequences()) {
            return single;
        }
        SequenceCodec sequences = new SequenceCodec(single, bounds);
        return spoken.deflates() ? new DeflateCodec(spoken, sequences, bounds.deflateBytes(), maxBytes) : sequences;
    }

    /**
     * A codec for one connection, with one message in each frame.
     *
     * @param format how it writes
     * @return a codec
     */
    public ObjectCodec open(Format format) {
        return new ObjectCodec(format, format == Format.JSON ? json : cbor);
    }
}
