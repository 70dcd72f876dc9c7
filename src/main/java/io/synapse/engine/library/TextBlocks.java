package io.synapse.engine.library;

import java.util.ArrayList;
import java.util.List;

/** Splits plain text at blank lines. */
final class TextBlocks {

    private TextBlocks() {}

    static List<Block> of(String text) {
        List<Block> blocks = new ArrayList<>();
        StringBuilder paragraph = new StringBuilder();
        text.lines().forEach(line -> {
            if (!line.isBlank()) {
                paragraph.append(paragraph.length() > 0 ? "\n" : "").append(line.stripTrailing());
            } else if (paragraph.length() > 0) {
                blocks.add(Block.body(paragraph.toString()));
                paragraph.setLength(0);
            }
        });
        if (paragraph.length() > 0) {
            blocks.add(Block.body(paragraph.toString()));
        }
        return blocks;
    }
}
