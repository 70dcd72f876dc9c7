package io.synapse.protocol;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Joins text with line breaks, and CBOR with nothing (RFC 8742), up to a bound. What is compressed stays alone: it was
 * large, and it is one stream of DEFLATE.
 */
record SequenceJoiner(int maxBytes) implements FrameJoiner {

    private static final String LINE_BREAK = "\n";

    @Override
    public boolean mayFollow(EncodedFrame first, long bytes, EncodedFrame next) {
        return first.getClass() == next.getClass()
                && first.savedBytes() == 0
                && next.savedBytes() == 0
                && bytes + LINE_BREAK.length() + next.bytes() <= maxBytes;
    }

    @Override
    public EncodedFrame join(List<EncodedFrame> frames) {
        return frames.get(0) instanceof EncodedFrame.Text ? lines(frames) : sequence(frames);
    }

    private static EncodedFrame lines(List<EncodedFrame> frames) {
        String[] lines = new String[frames.size()];
        int bytes = lines.length - 1;
        for (int i = 0; i < lines.length; i++) {
            EncodedFrame.Text text = (EncodedFrame.Text) frames.get(i);
            lines[i] = text.text();
            bytes += text.bytes();
        }
        return new EncodedFrame.Text(String.join(LINE_BREAK, lines), bytes);
    }

    private static EncodedFrame sequence(List<EncodedFrame> frames) {
        int bytes = 0;
        for (EncodedFrame frame : frames) {
            bytes += frame.bytes();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes);
        for (EncodedFrame frame : frames) {
            ((EncodedFrame.Binary) frame).data().appendTo(out);
        }
        return new EncodedFrame.Binary(Bytes.owning(out.toByteArray()));
    }
}
