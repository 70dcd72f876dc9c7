package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import io.synapse.protocol.Invalid.Kind;
import io.synapse.protocol.ObjectCodecs.Format;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * One or more messages in a frame: JSON in lines, or a sequence of CBOR. Each is encoded as an {@link ObjectCodec} does, so
 * that receivers with and without sequences share it, and {@link #joiner()} puts those that wait into one frame. Safe for
 * use by many threads.
 */
final class SequenceCodec implements MessageCodec {

    private static final Invalid BROKEN = new Invalid(
            Address.NONE,
            Kind.FRAME,
            Reasons.NOT_A_MESSAGE,
            "not CBOR, or past a bound; the rest of the frame is not read");

    private final ObjectCodec items;
    private final int maxMessages;
    private final FrameJoiner joiner;

    SequenceCodec(ObjectCodec items, FrameBounds bounds) {
        this.items = items;
        this.maxMessages = bounds.messages();
        this.joiner = new SequenceJoiner(bounds.joinedBytes());
    }

    @Override
    public Inbound decode(String frame) {
        return items.decode(frame);
    }

    @Override
    public Inbound decode(ByteBuffer frame) {
        return items.decode(frame);
    }

    @Override
    public void decode(String frame, Consumer<? super Inbound> messages) {
        int count = 0;
        int start = 0;
        while (start <= frame.length()) {
            int lineBreak = frame.indexOf('\n', start);
            int end = lineBreak < 0 ? frame.length() : lineBreak;
            if (!isBlank(frame, start, end)) {
                if (count == maxMessages) {
                    messages.accept(tooMany());
                    return;
                }
                count++;
                messages.accept(items.decode(frame.substring(start, end)));
            }
            start = end + 1;
        }
        if (count == 0) {
            messages.accept(items.decode(""));
        }
    }

    private static boolean isBlank(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (" \t\r".indexOf(text.charAt(i)) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void decode(ByteBuffer frame, Consumer<? super Inbound> messages) {
        if (items.format() != Format.CBOR || !frame.hasRemaining()) {
            messages.accept(items.decode(frame));
            return;
        }
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        try (JsonParser parser = items.parser(bytes)) {
            int count = 0;
            // What a receiver throws is not caught here: it says nothing about the frame.
            for (Inbound item = next(parser); item != null; item = next(parser)) {
                if (count == maxMessages) {
                    messages.accept(tooMany());
                    return;
                }
                count++;
                messages.accept(item);
                if (item == BROKEN) {
                    return;
                }
            }
            if (count == 0) {
                messages.accept(BROKEN);
            }
        } catch (IOException e) {
            messages.accept(BROKEN);
        }
    }

    /** The next item of a sequence; null at its end. */
    private static Inbound next(JsonParser parser) {
        try {
            return parser.nextToken() == null ? null : ObjectCodec.message(parser);
        } catch (IOException | RuntimeException e) {
            // Values that JSON has no word for come as the latter. Where the next item begins is not known.
            return BROKEN;
        }
    }

    private Invalid tooMany() {
        return new Invalid(
                Address.NONE,
                Kind.FRAME,
                Reasons.NOT_A_MESSAGE,
                "a frame has more than " + maxMessages + " messages; the rest of it is not read");
    }

    @Override
    public EncodedFrame encode(ServerMessage message) {
        return items.encode(message);
    }

    @Override
    public FrameJoiner joiner() {
        return joiner;
    }
}
