package io.synapse.engine.library;

import java.util.List;

/**
 * What a document is about, in a line or two: for the reader whose question met nothing.
 *
 * @param name the document's name
 * @param title its first heading, else its name
 * @param summary its first sentence, or empty
 * @param sections the headings of its main sections, the first few
 */
record Outline(String name, String title, String summary, List<String> sections) {

    private static final int MAX_SUMMARY = 200;
    private static final int MAX_SECTIONS = 6;
    private static final int SECTION_LEVEL = 2;

    static Outline of(String name, List<Block> blocks) {
        String title = blocks.stream()
                .filter(Block::isHeading)
                .map(Block::text)
                .findFirst()
                .orElse(name);
        String summary = blocks.stream()
                .filter(block ->
                        !block.isHeading() && Character.isLetter(block.text().codePointAt(0)))
                .map(block -> Cut.sentence(Block.plain(Cut.to(block.text().replace('\n', ' '), MAX_SUMMARY))))
                .findFirst()
                .orElse("");
        List<String> sections = blocks.stream()
                .filter(block -> block.level() == SECTION_LEVEL)
                .map(Block::text)
                .limit(MAX_SECTIONS)
                .toList();
        return new Outline(name, title, summary, sections);
    }

    @Override
    public String toString() {
        return "- " + (title.equals(name) ? name : title + " (" + name + ")")
                + (summary.isEmpty() ? "" : ": " + summary)
                + (sections.isEmpty() ? "" : " Sections: " + String.join(", ", sections) + ".");
    }
}
