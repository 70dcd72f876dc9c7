package io.synapse.engine.library;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reduces HTML to headings and paragraphs of text. Not a parser of HTML, which quoting does not need: one pass that
 * drops tags, comments, and elements whose content is not prose, so that no page makes it slow and none of its markup
 * comes out again.
 */
final class HtmlBlocks {

    private static final Set<String> DROPPED = Set.of(
            "script", "style", "template", "svg", "math", "nav", "noscript", "iframe", "object", "textarea", "select");
    private static final Set<String> BREAKING = Set.of(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "dd",
            "div",
            "dl",
            "dt",
            "figcaption",
            "figure",
            "footer",
            "form",
            "head",
            "header",
            "hr",
            "html",
            "main",
            "ol",
            "p",
            "pre",
            "section",
            "table",
            "title",
            "ul");
    private static final int MAX_NAME = 12;

    private final String html;
    private final List<Block> blocks = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int at;
    private int level = Block.BODY;
    private boolean isPreformatted;

    private HtmlBlocks(String html) {
        this.html = html;
    }

    static List<Block> of(String html) {
        HtmlBlocks reader = new HtmlBlocks(html);
        reader.read();
        return reader.blocks;
    }

    private void read() {
        while (at < html.length()) {
            char c = html.charAt(at);
            if (html.startsWith("<!--", at)) {
                skipPast("-->");
            } else if (c == '<' && isTag(at + 1)) {
                tag();
            } else if (c == '&') {
                at = HtmlEntities.append(html, at, text);
            } else {
                append(c);
                at++;
            }
        }
        endBlock();
    }

    private boolean isTag(int index) {
        if (index >= html.length()) {
            return false;
        }
        char c = html.charAt(index);
        return c == '/' || c == '!' || c == '?' || isNameLetter(c);
    }

    private void tag() {
        boolean isEnd = html.charAt(at + 1) == '/';
        int start = at + (isEnd ? 2 : 1);
        int end = start;
        while (end < html.length() && isNameLetter(html.charAt(end))) {
            end++;
        }
        String name = end - start > MAX_NAME ? "" : html.substring(start, end).toLowerCase(Locale.ROOT);
        at = end;
        boolean isClosed = skipAttributes();
        if (DROPPED.contains(name) && !isEnd && !isClosed) {
            skipElement(name);
        } else {
            apply(name, isEnd);
        }
    }

    private void apply(String name, boolean isEnd) {
        if (name.length() == 2 && name.charAt(0) == 'h' && name.charAt(1) >= '1' && name.charAt(1) <= '6') {
            endBlock();
            level = isEnd ? Block.BODY : name.charAt(1) - '0';
        } else if (BREAKING.contains(name)) {
            endBlock();
            isPreformatted = name.equals("pre") && !isEnd;
            level = name.equals("title") && !isEnd ? 1 : Block.BODY;
        } else if (name.equals("br") || name.equals("tr") && !isEnd) {
            newLine();
        } else if (name.equals("li") && !isEnd) {
            newLine();
            text.append("- ");
        } else if (isEnd && (name.equals("td") || name.equals("th"))) {
            text.append(' ');
        }
    }

    // Quotes may hide a ">". The value tells whether the tag closes itself.
    private boolean skipAttributes() {
        char quote = 0;
        for (; at < html.length(); at++) {
            char c = html.charAt(at);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                at++;
                return html.charAt(at - 2) == '/';
            }
        }
        return false;
    }

    private void skipElement(String name) {
        while (at < html.length()) {
            if (html.charAt(at) == '<' && html.regionMatches(true, at, "</" + name, 0, name.length() + 2)) {
                skipPast(">");
                return;
            }
            at++;
        }
    }

    private void skipPast(String end) {
        int found = html.indexOf(end, at);
        at = found < 0 ? html.length() : found + end.length();
    }

    private void append(char c) {
        if (isPreformatted || !Character.isWhitespace(c)) {
            text.append(c);
        } else if (text.length() > 0 && !Character.isWhitespace(text.charAt(text.length() - 1))) {
            text.append(' ');
        }
    }

    private void newLine() {
        if (text.length() > 0 && text.charAt(text.length() - 1) != '\n') {
            text.append('\n');
        }
    }

    private void endBlock() {
        String content = isPreformatted
                ? text.toString().stripTrailing()
                : text.toString().strip();
        if (!content.isBlank()) {
            blocks.add(level == Block.BODY ? Block.body(content) : Block.heading(level, content));
        }
        text.setLength(0);
    }

    private static boolean isNameLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
