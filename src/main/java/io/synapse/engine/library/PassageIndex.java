package io.synapse.engine.library;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * The passages, searchable, in memory. Built once, then read only; safe for use by many threads.
 *
 * <p><b>Scores.</b> A BM25 score has no upper end that means anything to a reader. The confidence is the score's share
 * of the best one that the question's terms could reach; a term the library does not have counts with the weight of a
 * rare one, so a question that is mostly about something else gets little, however well one word of it is met.
 *
 * <p><b>Threads and statics.</b> Merges run on the caller's thread, and Lucene's query cache, a static that outlives
 * the application, is not used.
 */
final class PassageIndex implements AutoCloseable {

    private static final String SOURCE = "source";
    private static final String HEADING = "heading";
    private static final String QUOTE = "quote";
    private static final String WORDS = "words";

    private final SearchWords words;
    private final ByteBuffersDirectory directory;
    private final IndexReader reader;
    private final IndexSearcher searcher;

    private PassageIndex(SearchWords words, ByteBuffersDirectory directory) throws IOException {
        this.words = words;
        this.directory = directory;
        reader = DirectoryReader.open(directory);
        searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
    }

    /** Takes passages one by one, then becomes the index. For one thread. */
    static final class Builder implements AutoCloseable {

        private final SearchWords words;
        private final ByteBuffersDirectory directory = new ByteBuffersDirectory();
        private final IndexWriter writer;

        Builder(SearchWords words) throws IOException {
            this.words = words;
            IndexWriterConfig config = new IndexWriterConfig(words.analyzer());
            config.setMergeScheduler(new SerialMergeScheduler());
            writer = new IndexWriter(directory, config);
        }

        void add(Passage passage) throws IOException {
            Document document = new Document();
            document.add(new StoredField(SOURCE, passage.source()));
            document.add(new StoredField(HEADING, passage.heading()));
            document.add(new StoredField(QUOTE, passage.text()));
            document.add(new TextField(WORDS, SearchWords.parted(passage.text()), Field.Store.NO));
            // Twice: a heading is short, but what it says is what the passage is about.
            String heading = SearchWords.parted(passage.heading());
            document.add(new TextField(WORDS, heading, Field.Store.NO));
            document.add(new TextField(WORDS, heading, Field.Store.NO));
            writer.addDocument(document);
        }

        PassageIndex build() throws IOException {
            writer.forceMerge(1);
            writer.commit();
            return new PassageIndex(words, directory);
        }

        @Override
        public void close() throws IOException {
            writer.close();
        }
    }

    int size() {
        return reader.numDocs();
    }

    /**
     * The best passages, best first.
     *
     * @param terms what to look for, from {@link SearchWords}
     * @param max how many, at most
     */
    List<Hit> search(Collection<String> terms, int max) throws IOException {
        BooleanQuery.Builder query = new BooleanQuery.Builder();
        double best = 0;
        for (String text : terms) {
            Term term = new Term(WORDS, text);
            query.add(new TermQuery(term), BooleanClause.Occur.SHOULD);
            best += weight(reader.docFreq(term));
        }
        List<Hit> hits = new ArrayList<>();
        StoredFields stored = searcher.storedFields();
        for (ScoreDoc found : searcher.search(query.build(), max).scoreDocs) {
            Document document = stored.document(found.doc);
            Passage passage = new Passage(document.get(SOURCE), document.get(HEADING), document.get(QUOTE));
            hits.add(new Hit(passage, Math.min(1, found.score / best)));
        }
        return hits;
    }

    /** What BM25 gives a passage full of this term: see {@link BM25Similarity}. */
    private double weight(int passagesWithIt) {
        return Math.log1p((size() - passagesWithIt + 0.5) / (passagesWithIt + 0.5));
    }

    @Override
    public void close() throws IOException {
        reader.close();
        directory.close();
        words.close();
    }
}
