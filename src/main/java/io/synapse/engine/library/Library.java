package io.synapse.engine.library;

import io.synapse.config.LibraryConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The documents, read and indexed. Does not change afterwards; safe for use by many threads. */
final class Library implements AutoCloseable {

    /** Outlines that are kept, at most: more than one reply can list. */
    private static final int MAX_OUTLINES = 100;

    private static final System.Logger LOGGER = System.getLogger(Library.class.getName());

    private final SearchWords words;
    private final PassageIndex index;
    private final int documents;
    private final List<Outline> outlines;

    private Library(SearchWords words, PassageIndex index, int documents, List<Outline> outlines) {
        this.words = words;
        this.index = index;
        this.documents = documents;
        this.outlines = List.copyOf(outlines);
    }

    /**
     * Reads the documents.
     *
     * @param config where they are, and the bounds
     * @param resources has the packed documentation
     * @throws io.synapse.config.ConfigException if the configured folder cannot be read
     * @throws IOException if the thread is interrupted
     */
    static Library read(LibraryConfig config, ClassLoader resources) throws IOException {
        SearchWords words = new SearchWords();
        LeftOut leftOut = new LeftOut();
        try (PassageIndex.Builder builder = new PassageIndex.Builder(words)) {
            Shelf shelf = new Shelf(builder);
            new DocumentReader(config, resources, leftOut).read(shelf::add);
            Library library = new Library(words, builder.build(), shelf.documents, shelf.outlines);
            LOGGER.log(
                    leftOut.isNothing() ? Level.INFO : Level.WARNING,
                    "{0} documents with {1} passages from {2}; left out: {3}",
                    library.documents,
                    library.passages(),
                    config.folder().orElse("the packed documentation"),
                    leftOut);
            return library;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Where documents go while they are read. For one thread. */
    private static final class Shelf {

        private final PassageIndex.Builder builder;
        private final List<Outline> outlines = new ArrayList<>();
        private int documents;

        Shelf(PassageIndex.Builder builder) {
            this.builder = builder;
        }

        void add(SourceDocument document) {
            List<Block> blocks = Passages.blocks(document.name(), document.text());
            try {
                for (Passage passage : Passages.of(document.name(), blocks)) {
                    builder.add(passage);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            documents++;
            if (outlines.size() < MAX_OUTLINES) {
                outlines.add(Outline.of(document.name(), blocks));
            }
        }
    }

    int documents() {
        return documents;
    }

    int passages() {
        return index.size();
    }

    /** What the first documents are about. */
    List<Outline> outlines() {
        return outlines;
    }

    /** The terms of a question, each with the word it stands for; see {@link SearchWords#of}. */
    Map<String, String> terms(String question) {
        return words.of(question);
    }

    /** The best passages for these terms, best first. */
    List<Hit> search(Collection<String> terms, int max) throws IOException {
        return index.search(terms, max);
    }

    @Override
    public void close() throws IOException {
        index.close();
    }
}
