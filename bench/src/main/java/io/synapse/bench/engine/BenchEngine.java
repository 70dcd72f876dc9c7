package io.synapse.bench.engine;

import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Answers every question at once with twenty thoughts, so that what is measured is Synapse and not an engine. The question
 * {@code stream n p c} is answered with n thoughts of c characters, with a pause of p milliseconds after each.
 */
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
    public CompletionStage<Answer> answer(Question question, QueryContext context) throws InterruptedException {
        String[] words = question.text().split(" ");
        if (words[0].equals("stream")) {
            for (int i = 1; i <= Integer.parseInt(words[1]); i++) {
                context.emit(Thought.text(StreamText.piece(i, Integer.parseInt(words[3]))));
                context.pause(Duration.ofMillis(Integer.parseInt(words[2])));
            }
            return Answer.of(ANSWER).done();
        }
        for (int i = 0; i < THOUGHTS; i++) {
            context.emit(Thought.text(CONTENT));
        }
        return Answer.of(ANSWER).done();
    }
}
