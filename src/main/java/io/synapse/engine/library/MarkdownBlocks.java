package io.synapse.engine.library;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Splits Markdown into headings and paragraphs, keeping the marks of the paragraphs as they are written. Understands what decides
 * where a passage begins and ends: headings of both styles, blank lines, code fences and front matter. One pass over
 * the lines, without regular expressions, so no document makes it slow.
 */
final class MarkdownBlocks {

    /** Characters of code after which a fence is closed and opened again: no passage shall hold half a fence. */
    private static final int MAX_CODE = 600;

    private static final int MAX_LEVEL = 6;

    private final List<Block> blocks = new ArrayList<>();
    private final MarkdownParagraph paragraph = new MarkdownParagraph();
    private String fence = "";
    private String opening = "";

    private MarkdownBlocks() {}

    static List<Block> of(String text) {
        MarkdownBlocks reader = new MarkdownBlocks();
        reader.read(text.lines().toList());
        return reader.blocks;
    }

    private void read(List<String> lines) {
        for (int i = endOfFrontMatter(lines); i < lines.size(); i++) {
            String line = lines.get(i);
            if (fence.isEmpty()) {
                prose(line);
            } else {
                code(line);
            }
        }
        if (!fence.isEmpty()) {
            paragraph.verbatim(fence);
        }
        endParagraph();
    }

    private static int endOfFrontMatter(List<String> lines) {
        if (lines.isEmpty() || !lines.get(0).equals("---")) {
            return 0;
        }
        int end = lines.subList(1, lines.size()).indexOf("---");
        return end < 0 ? 0 : end + 2;
    }

    private void prose(String line) {
        String bare = line.strip();
        if (bare.isEmpty()) {
            endParagraph();
        } else if (bare.startsWith("```") || bare.startsWith("~~~")) {
            fence = bare.substring(0, count(bare, bare.charAt(0)));
            opening = line;
            paragraph.verbatim(line);
        } else if (isUnderline(bare) && paragraph.lines() == 1) {
            addHeading(Block.markdownHeading(bare.charAt(0) == '=' ? 1 : 2, paragraph.take()));
        } else if (isUnderline(bare)) {
            endParagraph();
        } else {
            heading(bare).ifPresentOrElse(this::addHeading, () -> paragraph.prose(line));
        }
    }

    private void addHeading(Block heading) {
        endParagraph();
        if (!heading.text().isEmpty()) {
            blocks.add(heading);
        }
    }

    private void code(String line) {
        String bare = line.strip();
        boolean isEnd = bare.startsWith(fence) && count(bare, fence.charAt(0)) == bare.length();
        if (isEnd) {
            paragraph.verbatim(fence);
            fence = "";
        } else if (paragraph.length() > MAX_CODE) {
            paragraph.verbatim(fence);
            endParagraph();
            paragraph.verbatim(opening);
            paragraph.verbatim(line);
        } else {
            paragraph.verbatim(line);
        }
    }

    private static Optional<Block> heading(String bare) {
        int level = count(bare, '#');
        if (level == 0 || level > MAX_LEVEL || level == bare.length() || bare.charAt(level) != ' ') {
            return Optional.empty();
        }
        int end = bare.length();
        while (bare.charAt(end - 1) == '#') {
            end--;
        }
        // A closing run of marks is set off by a space; without one it is part of the heading, as in "C#".
        boolean isClosed = bare.charAt(end - 1) == ' ';
        return Optional.of(Block.markdownHeading(level, bare.substring(level, isClosed ? end : bare.length())));
    }

    // Also a rule, when no paragraph stands above it.
    private static boolean isUnderline(String bare) {
        char c = bare.charAt(0);
        return (c == '=' || c == '-') && bare.length() > 1 && count(bare, c) == bare.length();
    }

    private static int count(String text, char c) {
        int count = 0;
        while (count < text.length() && text.charAt(count) == c) {
            count++;
        }
        return count;
    }

    private void endParagraph() {
        String text = paragraph.take();
        if (!text.isBlank()) {
            blocks.add(Block.body(text));
        }
    }
}
