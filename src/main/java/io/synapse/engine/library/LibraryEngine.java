package io.synapse.engine.library;

import io.synapse.config.LibraryConfig;
import io.synapse.config.SynapseConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers from a library of documents by quoting its best passages, and computes arithmetic.
 *
 * <p>The thoughts are {@code search}, a {@code passage} for each one that is quoted (with its confidence), or {@code
 * reasoning} and {@code compute}; then the answer as pieces of text, a word each, at the pace in words per second that
 * the question asks for, else {@code synapse.library.pace}. The data is {@code answer}, the text, and {@code sources},
 * a list of {@code source}, {@code heading} and {@code score} (0 to 1).
 *
 * <p>The documents are read once: when the application starts, if this engine is the one configured, else at its first
 * question. Safe for use by many threads; answers on the calling thread, and stops between any two thoughts.
 */
@ApplicationScoped
public class LibraryEngine implements QueryEngine {

    private static final String NAME = "library";
    private static final double SCORE_STEPS = 1000;
    private static final System.Logger LOGGER = System.getLogger(LibraryEngine.class.getName());

    private final LibraryConfig config;
    private final boolean isChosen;
    private final ClassLoader resources;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile Library library;

    /** For the proxy of CDI only. */
    protected LibraryEngine() {
        this(null, false, null);
    }

    /**
     * An engine over the configured documents; reads nothing yet.
     *
     * @param config the configuration of this node
     */
    @Inject
    public LibraryEngine(SynapseConfig config) {
        this(config.library(), config.query().engine().equals(NAME), LibraryEngine.class.getClassLoader());
    }

    LibraryEngine(LibraryConfig config, boolean isChosen, ClassLoader resources) {
        this.config = config;
        this.isChosen = isChosen;
        this.resources = resources;
    }

    @PostConstruct
    void start() {
        if (isChosen) {
            try {
                library();
            } catch (IOException e) {
                throw new UncheckedIOException("the library cannot be read", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while the library was read", e);
            }
        }
    }

    @PreDestroy
    void stop() {
        Library open = library;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOGGER.log(Level.WARNING, "the library did not close", e);
            }
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    /**
     * Answers one question, on the calling thread.
     *
     * @throws io.synapse.engine.QueryCancelledException if the query ends before its answer
     * @throws io.synapse.config.ConfigException if the documents are not read yet and their folder cannot be
     * @throws IOException if the documents are not read yet and the thread is interrupted while it reads them
     * @throws InterruptedException if the thread is interrupted while another reads them
     */
    @Override
    public CompletionStage<Answer> answer(Question question, QueryContext context)
            throws IOException, InterruptedException {
        Stream stream = new Stream(context, question.pace().orElse(config.pace()));
        Optional<Arithmetic.Computed> computed = Arithmetic.compute(question.text());
        Answer answer = computed.isPresent() ? tell(computed.get(), stream) : quote(question.text(), stream);
        return answer.done();
    }

    /**
     * The passages that fit a question best.
     *
     * @param question any text
     * @param max how many, at most
     * @return each with {@code source}, {@code heading}, {@code score} (0 to 1) and {@code text}, best first
     * @throws io.synapse.config.ConfigException if the documents are not read yet and their folder cannot be
     * @throws IOException if the documents are not read yet and the thread is interrupted while it reads them
     * @throws InterruptedException if the thread is interrupted while another reads them
     */
    public List<Map<String, Object>> passages(String question, int max) throws IOException, InterruptedException {
        Library open = library();
        return open.search(open.terms(question).keySet(), max).stream()
                .map(hit -> {
                    Map<String, Object> passage = source(hit);
                    passage.put("text", hit.passage().text());
                    return passage;
                })
                .toList();
    }

    /** Where one answer goes. */
    private record Stream(QueryContext context, double pace) {

        void think(Thought thought) {
            context.cancellation().throwIfCancelled();
            context.emit(thought);
        }

        void say(String text) {
            WordStream.say(text, pace, context);
        }
    }

    private static Answer tell(Arithmetic.Computed computed, Stream stream) {
        stream.think(Thought.of("reasoning", "This is arithmetic: " + computed.expression()));
        for (String step : computed.steps()) {
            stream.think(Thought.of("compute", step));
        }
        stream.say(computed.answer());
        return answer(computed.answer(), List.of());
    }

    private Answer quote(String question, Stream stream) throws IOException, InterruptedException {
        stream.context().cancellation().throwIfCancelled();
        Library open = library();
        Map<String, String> terms = open.terms(question);
        stream.think(Thought.of("search", Replies.searching(open, terms.values())));
        List<Hit> hits = Replies.worthQuoting(open.search(terms.keySet(), config.passages()), config.passages());
        for (Hit hit : hits) {
            double score = score(hit);
            stream.think(Thought.of("passage", hit.place() + ", score " + score).withConfidence(score));
        }
        String text = Replies.answer(open, hits);
        stream.say(text);
        return answer(text, hits);
    }

    private Library library() throws IOException, InterruptedException {
        Library open = library;
        if (open != null) {
            return open;
        }
        reading.lockInterruptibly();
        try {
            if (library == null) {
                library = Library.read(config, resources);
            }
            return library;
        } finally {
            reading.unlock();
        }
    }

    private static Answer answer(String text, List<Hit> hits) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("answer", text);
        data.put("sources", hits.stream().map(LibraryEngine::source).toList());
        return new Answer(data);
    }

    private static Map<String, Object> source(Hit hit) {
        Map<String, Object> source = new LinkedHashMap<>();
        source.put("source", hit.passage().source());
        source.put("heading", hit.passage().heading());
        source.put("score", score(hit));
        return source;
    }

    private static double score(Hit hit) {
        return Math.round(hit.confidence() * SCORE_STEPS) / SCORE_STEPS;
    }
}
