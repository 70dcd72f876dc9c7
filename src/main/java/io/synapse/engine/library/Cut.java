package io.synapse.engine.library;

/** Shortens texts where a reader would. No result ends within a surrogate pair. */
final class Cut {

    private Cut() {}

    /** The text, or its beginning with an ellipsis. */
    static String to(String text, int max) {
        return text.length() <= max ? text : text.substring(0, whole(text, max)).stripTrailing() + "…";
    }

    /**
     * Where to part a text of which more than {@code max} characters are left: after a line, else a sentence, else a
     * word, else anywhere.
     */
    static int place(String text, int from, int max) {
        int least = from + max / 2;
        int word = 0;
        int sentence = 0;
        for (int i = from + max - 1; i >= least; i--) {
            char c = text.charAt(i);
            if (c == '\n') {
                return i + 1;
            }
            if (Character.isWhitespace(c)) {
                word = Math.max(word, i + 1);
                sentence = endsSentence(text, i) ? Math.max(sentence, i + 1) : sentence;
            }
        }
        if (sentence > 0) {
            return sentence;
        }
        return word > 0 ? word : whole(text, from + max);
    }

    /** The first sentence of a paragraph. */
    static String sentence(String text) {
        for (int i = 1; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i)) && endsSentence(text, i)) {
                return text.substring(0, i);
            }
        }
        return text;
    }

    private static boolean endsSentence(String text, int space) {
        return space > 0 && ".!?".indexOf(text.charAt(space - 1)) >= 0;
    }

    private static int whole(String text, int max) {
        return Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max;
    }
}
