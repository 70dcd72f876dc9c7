package io.synapse.protocol;

import io.synapse.protocol.Invalid.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Compresses what is large: a binary frame that begins with {@link #MARK} holds messages as raw DEFLATE (RFC 1951). Each
 * stands for itself, with no dictionary of those before, so that a publication is compressed once for all its receivers.
 * Safe for use by many threads.
 */
final class DeflateCodec implements MessageCodec {

    /** The first byte of a compressed frame; no map of CBOR begins with it. */
    static final byte MARK = 1;

    private final Subprotocol way;
    private final SequenceCodec messages;
    private final int minBytes;
    private final int maxBytes;

    /**
     * A codec.
     *
     * @param way its name among the ways to write a publication
     * @param messages writes and reads what is compressed
     * @param minBytes the smallest message that is compressed
     * @param maxBytes the most that a compressed frame from a client may hold
     */
    DeflateCodec(Subprotocol way, SequenceCodec messages, int minBytes, int maxBytes) {
        this.way = way;
        this.messages = messages;
        this.minBytes = minBytes;
        this.maxBytes = maxBytes;
    }

    @Override
    public Inbound decode(String frame) {
        return messages.decode(frame);
    }

    @Override
    public Inbound decode(ByteBuffer frame) {
        return messages.decode(frame);
    }

    @Override
    public void decode(String frame, Consumer<? super Inbound> receiver) {
        messages.decode(frame, receiver);
    }

    @Override
    public void decode(ByteBuffer frame, Consumer<? super Inbound> receiver) {
        if (!frame.hasRemaining() || frame.get(frame.position()) != MARK) {
            messages.decode(frame, receiver);
            return;
        }
        byte[] data = new byte[frame.remaining()];
        frame.get(data);
        String text = null;
        byte[] plain;
        try {
            plain = Deflate.inflate(data, 1, maxBytes);
            if (way.format() == ObjectCodecs.Format.JSON) {
                text = Utf8.decode(ByteBuffer.wrap(plain));
            }
        } catch (Deflate.TooLargeException e) {
            receiver.accept(invalid(Kind.TOO_BIG, e.getMessage()));
            return;
        } catch (IOException e) {
            receiver.accept(invalid(Kind.FRAME, e instanceof Json.FrameException ? e.getMessage() : "not UTF-8"));
            return;
        }
        if (text == null) {
            messages.decode(ByteBuffer.wrap(plain), receiver);
        } else {
            messages.decode(text, receiver);
        }
    }

    private static Invalid invalid(Kind kind, String detail) {
        return new Invalid(Address.NONE, kind, Reasons.NOT_A_MESSAGE, detail);
    }

    @Override
    public EncodedFrame encode(ServerMessage message) {
        EncodedFrame plain = messages.encode(message);
        if (plain.bytes() < minBytes) {
            return plain;
        }
        return message instanceof ServerMessage.Event event
                ? event.publication().frame(way, () -> deflated(plain))
                : deflated(plain);
    }

    private static EncodedFrame deflated(EncodedFrame plain) {
        byte[] bytes = plain instanceof EncodedFrame.Text text
                ? text.text().getBytes(StandardCharsets.UTF_8)
                : ((EncodedFrame.Binary) plain).data().toArray();
        return Deflate.deflate(bytes, MARK)
                .<EncodedFrame>map(data -> new EncodedFrame.Binary(Bytes.owning(data), bytes.length))
                .orElse(plain);
    }

    @Override
    public FrameJoiner joiner() {
        return messages.joiner();
    }
}
