package io.synapse.protocol;

/**
 * A client's mark on a frame, echoed in the reply exactly as it came. The Phoenix client sends text; hand-written
 * clients send numbers too, and compare what comes back with what they sent.
 *
 * @param text the mark
 * @param number whether it came as a JSON number
 */
public record Ref(String text, boolean number) {

    /** The longest mark, in characters. */
    public static final int MAX_LENGTH = 1024;

    /**
     * A mark that is text.
     *
     * @param text the mark
     * @return the ref
     */
    public static Ref of(String text) {
        return new Ref(text, false);
    }
}
