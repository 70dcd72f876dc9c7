package io.synapse.engine.library;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Makes passages of a document: neighbouring paragraphs under the same heading, as many as fit. Long enough to mean
 * something by itself, short enough that three of them are an answer and not a lecture.
 */
final class Passages {

    /** Characters of a passage, about 120 words. */
    static final int MAX_LENGTH = 800;

    private static final int LEVELS = 6;

    private final String source;
    private final List<Passage> passages = new ArrayList<>();
    private final String[] headings = new String[LEVELS];
    private final StringBuilder text = new StringBuilder();

    private Passages(String source) {
        this.source = source;
    }

    /** The headings and paragraphs of a document, whose format its name tells. */
    static List<Block> blocks(String name, String content) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith("html") || lower.endsWith(".htm")) {
            return HtmlBlocks.of(content);
        }
        return lower.endsWith(".txt") ? TextBlocks.of(content) : MarkdownBlocks.of(content);
    }

    static List<Passage> of(String source, List<Block> blocks) {
        Passages maker = new Passages(source);
        for (Block block : blocks) {
            if (block.isHeading()) {
                maker.endPassage();
                maker.heading(block);
            } else {
                maker.body(block.text());
            }
        }
        maker.endPassage();
        return maker.passages;
    }

    private void heading(Block block) {
        headings[block.level() - 1] = block.text();
        Arrays.fill(headings, block.level(), LEVELS, null);
    }

    private void body(String paragraph) {
        if (text.length() + paragraph.length() > MAX_LENGTH) {
            endPassage();
        }
        int from = 0;
        while (paragraph.length() - from > MAX_LENGTH) {
            int place = Cut.place(paragraph, from, MAX_LENGTH);
            text.append(paragraph, from, place);
            endPassage();
            from = place;
        }
        text.append(text.length() > 0 ? "\n\n" : "").append(paragraph, from, paragraph.length());
    }

    private void endPassage() {
        String quoted = text.toString().stripTrailing();
        if (!quoted.isBlank()) {
            passages.add(new Passage(source, path(), quoted));
        }
        text.setLength(0);
    }

    private String path() {
        return Arrays.stream(headings).filter(Objects::nonNull).collect(Collectors.joining(" › "));
    }
}
