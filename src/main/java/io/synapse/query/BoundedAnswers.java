package io.synapse.query;

import io.synapse.engine.Answer;
import io.synapse.engine.AnswerTooLargeException;
import io.synapse.engine.EngineException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * An engine whose answers fit into the outbox of a connection. A larger one would still be sent, by itself; but the next
 * reply would not fit beside it and cut the client off, each time it came back for the answer, and what a slow client can
 * make the node hold would have no bound of its own. Its query ends with {@code output_limit} instead. Safe for use by many
 * threads.
 */
public final class BoundedAnswers implements QueryEngine {

    private final QueryEngine engine;
    private final String name;
    private final int maxBytes;

    /**
     * Bounds the answers of an engine.
     *
     * @param engine what answers
     * @param maxBytes the largest answer, as JSON in UTF-8
     */
    public BoundedAnswers(QueryEngine engine, int maxBytes) {
        this.engine = engine;
        // Asked once: it is the same always, and behind a proxy each call costs.
        this.name = engine.name();
        this.maxBytes = maxBytes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
        try {
            CompletionStage<Answer> answering = engine.answer(question, context);
            return answering == null ? null : answering.handle(this::bounded);
        } catch (AnswerTooLargeException e) {
            throw tooLarge(e);
        }
    }

    private Answer bounded(Answer answer, Throwable failure) {
        if (failure != null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            throw new CompletionException(cause instanceof AnswerTooLargeException ? tooLarge(cause) : cause);
        }
        if (answer != null && !ResultBodies.fits(answer.data(), maxBytes)) {
            throw new CompletionException(tooLarge(null));
        }
        return answer;
    }

    private EngineException tooLarge(Throwable cause) {
        return new EngineException(
                "output_limit", "the answer has more than the " + maxBytes + " bytes that this server sends", cause);
    }
}
