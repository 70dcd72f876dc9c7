package io.synapse.protocol;

/** A message as it goes over the wire, ready to be shared by all its receivers. Immutable. */
public sealed interface EncodedFrame {

    /**
     * The size of the frame's content.
     *
     * @return UTF-8 or binary bytes
     */
    int bytes();

    /**
     * A text frame of a text that may hold halves of characters, which UTF-8 has no bytes for: they are escaped as JSON
     * writes them.
     *
     * @param json the text
     * @return the frame
     */
    static Text text(String json) {
        int bytes = Utf8.length(json);
        if (bytes == json.length()) {
            return new Text(json, bytes);
        }
        String whole = Utf8.escapeLoneSurrogates(json);
        return new Text(whole, Utf8.length(whole));
    }

    /**
     * A text frame.
     *
     * @param text its content
     * @param bytes its length in UTF-8
     */
    record Text(String text, int bytes) implements EncodedFrame {}

    /**
     * A binary frame.
     *
     * @param data its content
     */
    record Binary(Bytes data) implements EncodedFrame {
        @Override
        public int bytes() {
            return data.length();
        }
    }
}
