package io.synapse.bench.engine;

import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;

/** Answers every question at once with twenty thoughts, so that what is measured is Synapse and not an engine. */
@ApplicationScoped
public class BenchEngine implements QueryEngine {

    /** What {@code synapse.engine} is set to. */
    public static final String NAME = "bench";

    /** How many thoughts each answer has. */
    public static final int THOUGHTS = 20;

    /** What each thought says; as long as a few words of a language model. */
    public static final String CONTENT = "a few words, as models send them ";

    /** What each result says. */
    public static final String ANSWER = "done";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<Answer> answer(Question question, QueryContext context) {
        for (int i = 0; i < THOUGHTS; i++) {
            context.emit(Thought.text(CONTENT));
        }
        return Answer.of(ANSWER).done();
    }
}
