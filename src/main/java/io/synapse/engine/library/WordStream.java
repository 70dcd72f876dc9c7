package io.synapse.engine.library;

import io.synapse.engine.QueryContext;
import io.synapse.engine.Thought;
import java.time.Duration;

/** Streams a text word by word at a readable pace, as a language model would. */
final class WordStream {

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** The slowest pace in words per second; less would be a query that never says its second word. */
    private static final double MIN_PACE = 0.01;

    private WordStream() {}

    /**
     * Emits the text as pieces, each a word with the white space behind it; put together they are the text.
     *
     * @param text what to say
     * @param pace words per second; zero, or what is not a positive number, for no pause
     * @param context where to; its query's end ends the stream
     */
    static void say(String text, double pace, QueryContext context) {
        boolean isPaced = pace > 0 && pace < Double.POSITIVE_INFINITY;
        int from = 0;
        long words = 0;
        while (from < text.length()) {
            context.cancellation().throwIfCancelled();
            if (isPaced && words > 0) {
                // A difference of two totals, so that what rounding loses of one wait is in the next.
                context.pause(Duration.ofNanos(since(words, pace) - since(words - 1, pace)));
            }
            int end = endOfWord(text, from);
            context.emit(Thought.text(text.substring(from, end)));
            from = end;
            words++;
        }
    }

    private static long since(long words, double pace) {
        return (long) (words * NANOS_PER_SECOND / Math.max(pace, MIN_PACE));
    }

    // White space in front of the first word goes with it.
    private static int endOfWord(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }
}
