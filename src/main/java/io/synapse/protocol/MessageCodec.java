package io.synapse.protocol;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Between typed messages and frames. One instance serves one connection; decoding is called by one thread at a time,
 * encoding by any.
 */
public interface MessageCodec {

    /**
     * Reads a text frame that holds one message.
     *
     * @param frame the whole frame
     * @return a message, or what is wrong with it; never throws for any content
     */
    Inbound decode(String frame);

    /**
     * Reads a binary frame that holds one message.
     *
     * @param frame the whole frame
     * @return a message, or what is wrong with it; never throws for any content
     */
    Inbound decode(ByteBuffer frame);

    /**
     * Reads a text frame, which may hold several messages if this codec allows it.
     *
     * @param frame the whole frame
     * @param messages given each message, or what is wrong with it, in order; once at least
     */
    default void decode(String frame, Consumer<? super Inbound> messages) {
        messages.accept(decode(frame));
    }

    /**
     * Reads a binary frame, which may hold several messages if this codec allows it.
     *
     * @param frame the whole frame
     * @param messages given each message, or what is wrong with it, in order; once at least
     */
    default void decode(ByteBuffer frame, Consumer<? super Inbound> messages) {
        messages.accept(decode(frame));
    }

    /**
     * Writes a message.
     *
     * @param message what to say
     * @return the frame
     * @throws CodecException if the message cannot be said in this codec
     */
    EncodedFrame encode(ServerMessage message);

    /**
     * How frames that wait to be sent become one.
     *
     * @return {@link FrameJoiner#NONE} unless this codec has a way
     */
    default FrameJoiner joiner() {
        return FrameJoiner.NONE;
    }
}
