package io.synapse.protocol;

/** What all {@link PhoenixCodec}s of a node share: parsers with their bounds. Safe for use by many threads. */
public final class PhoenixCodecs {

    // The envelope adds one level to the payload's.
    private static final int ENVELOPE_DEPTH = 1;

    private final Json frames;
    private final Json payloads;

    /**
     * Sets the bounds.
     *
     * @param maxDepth how deep a payload may nest
     * @param maxBytes the largest frame; no text in it can be longer
     */
    public PhoenixCodecs(int maxDepth, int maxBytes) {
        frames = new Json(maxDepth, ENVELOPE_DEPTH, maxBytes);
        payloads = new Json(maxDepth, 0, maxBytes);
    }

    /**
     * A codec for one connection.
     *
     * @param announced the version that the handshake named
     * @return a codec of its own
     */
    public PhoenixCodec open(PhoenixCodec.Version announced) {
        return new PhoenixCodec(this, announced);
    }

    /** For whole frames. */
    Json frames() {
        return frames;
    }

    /** For payloads that stand in a binary envelope. */
    Json payloads() {
        return payloads;
    }
}
