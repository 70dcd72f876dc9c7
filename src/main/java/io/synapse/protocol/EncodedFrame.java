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
     * What compression has saved.
     *
     * @return bytes; 0 if the frame is not compressed
     */
    default int savedBytes() {
        return 0;
    }

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
     * @param plainBytes how long that is when it is decompressed; its own length if it is not compressed
     */
    record Binary(Bytes data, int plainBytes) implements EncodedFrame {

        /**
         * A frame that is not compressed.
         *
         * @param data its content
         */
        public Binary(Bytes data) {
            this(data, data.length());
        }

        @Override
        public int savedBytes() {
            return plainBytes - data.length();
        }

        @Override
        public int bytes() {
            return data.length();
        }
    }
}
