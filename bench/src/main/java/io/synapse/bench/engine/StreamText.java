package io.synapse.bench.engine;

/** The text that {@link BenchEngine} streams; apart from it, because a load generator has no engines. */
public final class StreamText {

    private StreamText() {}

    /**
     * What the thoughts of a stream make together.
     *
     * @param thoughts how many
     * @param chars of each
     * @return the text
     */
    public static String of(int thoughts, int chars) {
        StringBuilder text = new StringBuilder(thoughts * chars);
        for (int i = 1; i <= thoughts; i++) {
            text.append(piece(i, chars));
        }
        return text.toString();
    }

    static String piece(int number, int chars) {
        String word = number + " ";
        return word.repeat(chars / word.length() + 1).substring(0, chars);
    }
}
