package io.synapse.query;

import java.util.ArrayList;
import java.util.List;

/** Several texts as one: each after its length in characters, so that none can be taken for another. */
final class Netstrings {

    private Netstrings() {}

    static String join(List<String> texts) {
        StringBuilder joined = new StringBuilder();
        for (String text : texts) {
            joined.append(text.length()).append(':').append(text);
        }
        return joined.toString();
    }

    /**
     * The texts again.
     *
     * @throws IllegalArgumentException if {@link #join} has not written this
     */
    static List<String> split(String joined) {
        List<String> texts = new ArrayList<>();
        int at = 0;
        while (at < joined.length()) {
            int colon = joined.indexOf(':', at);
            if (colon < 0) {
                throw new IllegalArgumentException("a length is missing");
            }
            int end = colon + 1 + Integer.parseInt(joined, at, colon, 10);
            if (end <= colon || end > joined.length()) {
                throw new IllegalArgumentException("a text is cut off");
            }
            texts.add(joined.substring(colon + 1, end));
            at = end;
        }
        return texts;
    }
}
