package io.synapse.protocol;

import java.util.List;

/**
 * Makes one frame of several that wait to be sent. Each message was encoded before, and may be shared with other
 * receivers: joining puts the encoded messages one after the other and looks into none. Safe for use by many threads.
 */
public interface FrameJoiner {

    /** Each message has a frame of its own. */
    FrameJoiner NONE = new FrameJoiner() {
        @Override
        public boolean mayFollow(EncodedFrame first, long bytes, EncodedFrame next) {
            return false;
        }

        @Override
        public EncodedFrame join(List<EncodedFrame> frames) {
            throw new IllegalStateException("frames stay apart");
        }
    };

    /**
     * Asks whether a frame may be joined to those before it.
     *
     * @param first the first of those
     * @param bytes what all of those amount to, with a byte between each two
     * @param next the frame
     * @return whether it may
     */
    boolean mayFollow(EncodedFrame first, long bytes, EncodedFrame next);

    /**
     * Joins frames.
     *
     * @param frames two or more, each of which may follow the others
     * @return the messages of all, in order
     */
    EncodedFrame join(List<EncodedFrame> frames);
}
