package io.synapse.engine.library;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;

/**
 * Turns text into the terms that are searched. What a client writes becomes letters and digits here, before it meets
 * the index: there is no query syntax that it could use. Safe for use by many threads.
 */
final class SearchWords implements AutoCloseable {

    /** Terms of a question that are searched, at most. */
    static final int MAX_TERMS = 32;

    /** Characters of a question that are looked at, at most. */
    static final int MAX_LENGTH = 4000;

    // Words that every question has say nothing about what it asks for. Lucene's own list lacks them.
    private static final List<String> QUESTION_WORDS = List.of(
            "how", "what", "what's", "why", "when", "where", "who", "which", "do", "does", "did", "can", "could",
            "should", "would", "may", "i", "my", "me", "we", "our", "you", "your", "please", "tell", "about", "there",
            "have", "has", "hi", "hello", "from", "than", "so", "any", "some", "its", "us", "am", "been", "were");

    private final Analyzer analyzer;

    SearchWords() {
        CharArraySet stopWords = new CharArraySet(EnglishAnalyzer.ENGLISH_STOP_WORDS_SET, true);
        stopWords.addAll(QUESTION_WORDS);
        analyzer = new EnglishAnalyzer(stopWords);
    }

    Analyzer analyzer() {
        return analyzer;
    }

    /**
     * Parts names such as {@code synapse.outbox.max-bytes} or {@code phx_reply}, which Lucene takes for one word, so
     * that a question for one of their words finds them. Keeps the length.
     */
    static String parted(String text) {
        return text.replace('.', ' ').replace('_', ' ').replace(':', ' ');
    }

    /** The terms of a question, each with the word it stands for, in the order of the question. */
    Map<String, String> of(String question) {
        String text = question.length() <= MAX_LENGTH ? question : question.substring(0, MAX_LENGTH);
        Map<String, String> terms = new LinkedHashMap<>();
        try (TokenStream tokens = analyzer.tokenStream("", parted(text))) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            OffsetAttribute offset = tokens.addAttribute(OffsetAttribute.class);
            tokens.reset();
            while (terms.size() < MAX_TERMS && tokens.incrementToken()) {
                terms.putIfAbsent(term.toString(), text.substring(offset.startOffset(), offset.endOffset()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        return terms;
    }

    @Override
    public void close() {
        analyzer.close();
    }
}
