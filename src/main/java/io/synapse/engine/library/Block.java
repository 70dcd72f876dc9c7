package io.synapse.engine.library;

/**
 * A piece of a document: what every format is reduced to.
 *
 * @param level 1 to 6 for a heading of that level, {@link #BODY} for anything else
 * @param text not blank
 */
record Block(int level, String text) {

    static final int BODY = 0;

    private static final int MAX_HEADING = 200;

    /** A heading, cut to a length that can be shown in a line. */
    static Block heading(int level, String text) {
        return new Block(level, Cut.to(text.strip(), MAX_HEADING));
    }

    /** A heading of Markdown, without its inline marks. */
    static Block markdownHeading(int level, String text) {
        return new Block(level, plain(Cut.to(text.strip(), MAX_HEADING)));
    }

    static Block body(String text) {
        return new Block(BODY, text);
    }

    boolean isHeading() {
        return level != BODY;
    }

    /** A line of Markdown as it reads: links are their text, emphasis and code are bare. */
    static String plain(String line) {
        StringBuilder plain = new StringBuilder(line.length());
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == ']' && i + 1 < line.length() && line.charAt(i + 1) == '(') {
                int end = line.indexOf(')', i);
                i = end < 0 ? i : end;
            } else if (c != '`' && c != '*' && c != '[' && c != ']') {
                plain.append(c);
            }
        }
        return plain.toString().strip();
    }
}
