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
