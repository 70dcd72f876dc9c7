package io.synapse.protocol;

import io.synapse.protocol.ObjectCodecs.Format;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How messages of {@code /ws} are put into frames; the handshake chooses. Each way holds the one before: what reads {@link
 * #NDJSON_DEFLATE} reads {@link #NDJSON}, and what reads that reads {@link #JSON}. The names never change.
 */
public enum Subprotocol {
    /** A JSON object in each text frame; also spoken when none is offered. */
    JSON("synapse.v1.json", Format.JSON, false, false),
    /** One or more JSON objects in each text frame, with a line break between them. */
    NDJSON("synapse.v1.ndjson", Format.JSON, true, false),
    /** The same, and large ones compressed in binary frames. */
    NDJSON_DEFLATE("synapse.v1.ndjson.deflate", Format.JSON, true, true),
    /** A map of CBOR in each binary frame. */
    CBOR("synapse.v1.cbor", Format.CBOR, false, false),
    /** A sequence of one or more maps of CBOR (RFC 8742) in each binary frame. */
    CBORSEQ("synapse.v1.cborseq", Format.CBOR, true, false),
    /** The same, and large ones compressed. */
    CBORSEQ_DEFLATE("synapse.v1.cborseq.deflate", Format.CBOR, true, true);

    private final String word;
    private final Format format;
    private final boolean sequences;
    private final boolean deflates;

    Subprotocol(String word, Format format, boolean sequences, boolean deflates) {
        this.word = word;
        this.format = format;
        this.sequences = sequences;
        this.deflates = deflates;
    }

    /**
     * The sub-protocol of a name.
     *
     * @param word as a handshake says it
     * @return empty if there is none of this name
     */
    public static Optional<Subprotocol> of(String word) {
        return Arrays.stream(values()).filter(known -> known.word.equals(word)).findFirst();
    }

    /**
     * All names.
     *
     * @return as handshakes say them
     */
    public static List<String> words() {
        return Arrays.stream(values()).map(Subprotocol::word).toList();
    }

    /**
     * Its name.
     *
     * @return as handshakes say it
     */
    public String word() {
        return word;
    }

    /**
     * How each message is written.
     *
     * @return the format
     */
    public Format format() {
        return format;
    }

    /**
     * Whether a frame may hold several messages.
     *
     * @return in both directions
     */
    public boolean sequences() {
        return sequences;
    }

    /**
     * Whether a frame may be compressed.
     *
     * @return in both directions
     */
    public boolean deflates() {
        return deflates;
    }
}
