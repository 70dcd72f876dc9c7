package io.synapse.engine.library;

/**
 * A paragraph of Markdown while it is read. The line breaks of its source are soft, which means spaces; those that mean
 * something are kept: of code, lists, quotes, tables, and hard breaks. For one thread.
 */
final class MarkdownParagraph {

    private static final int CODE_INDENT = 4;
    private static final int MAX_NUMBER = 9;

    private final StringBuilder text = new StringBuilder();
    private int lines;
    private boolean keepsLines;
    private boolean mayGoOn;

    /** Adds a line of prose: to the line before, if it only goes on with that. */
    void prose(String line) {
        String bare = line.strip();
        if (lines == 0) {
            keepsLines = line.startsWith(" ".repeat(CODE_INDENT)) || line.startsWith("\t");
        }
        keepsLines |= isTableRule(bare);
        if (mayGoOn && !keepsLines && !startsLine(bare)) {
            text.append(' ').append(bare);
        } else {
            append(line.stripTrailing());
        }
        lines++;
        mayGoOn = !line.endsWith("  ") && !bare.endsWith("\\") && !bare.startsWith("|");
    }

    /** Adds a line as it is written. */
    void verbatim(String line) {
        append(line);
        lines++;
        mayGoOn = false;
    }

    private void append(String line) {
        if (lines > 0) {
            text.append('\n');
        }
        text.append(line);
    }

    // A list's item, a quote, a row of a table, a tag, a link's target.
    private static boolean startsLine(String bare) {
        char first = bare.charAt(0);
        return first == '>'
                || first == '|'
                || first == '<'
                || (first == '[' && bare.contains("]:"))
                || ("-*+".indexOf(first) >= 0 && isSpace(bare, 1))
                || isNumbered(bare);
    }

    private static boolean isNumbered(String bare) {
        int digits = 0;
        while (digits < bare.length() && Character.isDigit(bare.charAt(digits))) {
            digits++;
        }
        return digits > 0
                && digits <= MAX_NUMBER
                && digits < bare.length()
                && ".)".indexOf(bare.charAt(digits)) >= 0
                && isSpace(bare, digits + 1);
    }

    private static boolean isSpace(String bare, int at) {
        return at < bare.length() && Character.isWhitespace(bare.charAt(at));
    }

    // Of a table whose rows need not begin with a bar: from this line on, each line is a row.
    private static boolean isTableRule(String bare) {
        return bare.indexOf('|') >= 0 && bare.indexOf('-') >= 0 && bare.chars().allMatch(c -> "|-: ".indexOf(c) >= 0);
    }

    /** How many lines of the source it has. */
    int lines() {
        return lines;
    }

    int length() {
        return text.length();
    }

    /** What was read; empties the paragraph. */
    String take() {
        String taken = text.toString();
        text.setLength(0);
        lines = 0;
        keepsLines = false;
        mayGoOn = false;
        return taken;
    }
}
