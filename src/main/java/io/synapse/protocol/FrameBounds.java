package io.synapse.protocol;

/**
 * Bounds of frames that hold several messages, and of those that are compressed.
 *
 * @param joinedBytes the largest frame into which messages are joined; a larger message has a frame of its own
 * @param messages how many messages of a client's frame are read
 * @param deflateBytes the smallest message that is compressed
 */
public record FrameBounds(int joinedBytes, int messages, int deflateBytes) {

    /** What a node has that is not configured otherwise. */
    public static final FrameBounds DEFAULT = new FrameBounds(64 * 1024, 256, 1024);
}
