package io.synapse.protocol;

import java.nio.ByteBuffer;

/**
 * Between typed messages and frames. One instance serves one connection; decoding is called by one thread at a time,
 * encoding by any.
 */
public interface MessageCodec {

    /**
     * Reads a text frame.
     *
     * @param frame the whole message
     * @return a message, or what is wrong with it; never throws for any content
     */
    Inbound decode(String frame);

    /**
     * Reads a binary frame.
     *
     * @param frame the whole message
     * @return a message, or what is wrong with it; never throws for any content
     */
    Inbound decode(ByteBuffer frame);

    /**
     * Writes a message.
     *
     * @param message what to say
     * @return the frame
     * @throws CodecException if the message cannot be said in this codec
     */
    EncodedFrame encode(ServerMessage message);
}
