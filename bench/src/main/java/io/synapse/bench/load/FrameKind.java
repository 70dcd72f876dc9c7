package io.synapse.bench.load;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;

/** What a frame from the server is, as far as a load generator must know. Found without parsing or copying. */
public enum FrameKind {
    /** A {@code phx_reply} with the status {@code ok}. */
    OK,
    /** A {@code phx_reply} with the status {@code error}, or a pushed {@code error}. */
    FAILED,
    /** A {@code result}. */
    RESULT,
    /** Everything else: thoughts, pongs, messages of topics. */
    PUSH;

    private static final ByteProcessor COMMA = new ByteProcessor.IndexOfProcessor((byte) ',');
    private static final int EVENT = 3;
    private static final int STATUS = "phx_reply\",{\"status\":\"".length();

    /**
     * Looks at the event of a frame.
     *
     * @param frame of version 2, whose first three elements hold no commas
     * @return its kind
     */
    static FrameKind of(ByteBuf frame) {
        int at = frame.readerIndex();
        for (int element = 0; element < EVENT; element++) {
            at = frame.forEachByte(at, frame.writerIndex() - at, COMMA) + 1;
            if (at == 0) {
                throw new IllegalArgumentException("not a frame of version 2");
            }
        }
        at++;
        return switch (frame.getByte(at)) {
            case 'p' -> frame.getByte(at + 1) == 'h' ? reply(frame, at) : PUSH;
            case 'r' -> RESULT;
            case 'e' -> FAILED;
            default -> PUSH;
        };
    }

    private static FrameKind reply(ByteBuf frame, int at) {
        int status = at + STATUS;
        return status < frame.writerIndex() && frame.getByte(status) == 'o' ? OK : FAILED;
    }
}
