package io.synapse.engine.library;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The wording of answers: quotes with their sources, and what is said when there is nothing to quote. */
final class Replies {

    /** Below this the best passage shares too little with the question to be worth anyone's time. */
    private static final double MIN_CONFIDENCE = 0.1;

    /** A passage this much weaker than the best one is about something else. */
    private static final double MIN_SHARE = 0.4;

    private static final int WORDS_PER_PASSAGE = 100;

    /** An answer with fewer words goes on to tell what else could be asked. */
    private static final int FEW_WORDS = 100;

    private static final int LISTED_WORDS = 150;

    private static final int MAX_SHOWN_WORDS = 12;
    private static final int MAX_SHOWN_WORD = 40;

    private Replies() {}

    /** What is searched for: the question's own words, as far as a line holds them. */
    static String searching(Library library, Collection<String> words) {
        if (words.isEmpty()) {
            return "The question has no words that tell what it is about";
        }
        String shown = words.stream()
                .limit(MAX_SHOWN_WORDS)
                .map(word -> Cut.to(word, MAX_SHOWN_WORD))
                .collect(Collectors.joining(", "));
        int more = words.size() - MAX_SHOWN_WORDS;
        return "Searching " + counted(library.passages(), "passage") + " of " + counted(library.documents(), "document")
                + " for: " + shown + (more > 0 ? " and " + counted(more, "word") + " more" : "");
    }

    /** Those hits that are worth quoting, best first. */
    static List<Hit> worthQuoting(List<Hit> hits, int maxPassages) {
        List<Hit> chosen = new ArrayList<>();
        int words = 0;
        for (Hit hit : hits) {
            double least = Math.max(MIN_CONFIDENCE, MIN_SHARE * hits.get(0).confidence());
            words += words(hit.passage().text());
            boolean isTooMuch = words > maxPassages * WORDS_PER_PASSAGE && !chosen.isEmpty();
            if (hit.confidence() < least || isTooMuch || chosen.size() == maxPassages) {
                break;
            }
            chosen.add(hit);
        }
        return chosen;
    }

    static String answer(Library library, List<Hit> hits) {
        if (library.documents() == 0) {
            return "This library has no documents, so there is nothing I could quote. Whoever runs this server can put"
                    + " Markdown, HTML or text files into a folder and name the folder in the property"
                    + " synapse.library.folder; they are read when Synapse starts. Until then I can only compute, for"
                    + " example 12 * (3 - 4.5).";
        }
        return hits.isEmpty() ? nothing(library) : quotes(library, hits);
    }

    private static String quotes(Library library, List<Hit> hits) {
        StringBuilder text = new StringBuilder();
        for (Hit hit : hits) {
            text.append(text.length() > 0 ? "\n\n" : "")
                    .append("From ")
                    .append(hit.place())
                    .append(":\n\n")
                    .append(hit.passage().text());
        }
        if (words(text) < FEW_WORDS) {
            text.append("\n\nThat is all I found about it. ").append(listing(library));
        }
        return text.toString();
    }

    private static String nothing(Library library) {
        return "I found nothing close to your question in this library. I do not guess and I make nothing up: I look"
                + " for the words of a question in the documents, and quote the passages that fit best. So it may help"
                + " to ask again with other words, or with fewer, or about something that the documents cover. "
                + listing(library)
                + "\n\nBesides, I compute: ask for example what 12 * (3 - 4.5) is.";
    }

    private static String listing(Library library) {
        StringBuilder list = new StringBuilder();
        int listed = 0;
        int words = 0;
        for (Outline outline : library.outlines()) {
            String line = outline.toString();
            words += words(line);
            if (listed > 0 && words > LISTED_WORDS) {
                break;
            }
            list.append('\n').append(line);
            listed++;
        }
        int more = library.documents() - listed;
        return "The library has " + counted(library.documents(), "document") + " with "
                + counted(library.passages(), "passage") + ":\n" + list
                + (more == 0 ? "" : "\n- and " + counted(more, "document") + " more.");
    }

    private static String counted(int count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }

    private static int words(CharSequence text) {
        int words = 0;
        for (int i = 0; i < text.length(); i++) {
            boolean isStart = i == 0 || Character.isWhitespace(text.charAt(i - 1));
            if (isStart && !Character.isWhitespace(text.charAt(i))) {
                words++;
            }
        }
        return words;
    }
}
