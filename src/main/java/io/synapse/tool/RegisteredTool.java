package io.synapse.tool;

import io.synapse.engine.Answer;
import io.synapse.engine.AnswerTooLargeException;
import io.synapse.engine.CancellationToken;
import io.synapse.engine.EngineException;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Tool;
import io.synapse.engine.ToolCall;
import io.synapse.engine.ToolContext;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.ToolDescription;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A tool with what was asked of it at the start. It answers as an engine does, so that a call lives as a query does: the
 * text of the question is the arguments, as JSON. Safe for use by many threads.
 */
public final class RegisteredTool implements QueryEngine {

    private static final System.Logger LOGGER = System.getLogger(RegisteredTool.class.getName());

    private final Tool tool;
    private final ToolDescription description;
    private final Set<String> roles;
    private final ArgumentSchema schema;

    RegisteredTool(Tool tool, ToolDescription description, Set<String> roles, ArgumentSchema schema) {
        this.tool = tool;
        this.description = description;
        this.roles = Set.copyOf(roles);
        this.schema = schema;
    }

    /**
     * What clients are told of it.
     *
     * @return the same at every call
     */
    public ToolDescription description() {
        return description;
    }

    @Override
    public String name() {
        return description.name();
    }

    /**
     * Whether somebody may call it.
     *
     * @param held the names of the roles that one has
     * @return whether one of them is enough
     */
    public boolean isFor(Set<String> held) {
        return held.stream().anyMatch(roles::contains);
    }

    /**
     * Checks arguments.
     *
     * @param arguments of a call, as {@link JsonValues} reads them
     * @return what is wrong first: where, and what was expected, at most 300 characters; empty if they fit
     */
    public Optional<String> problem(Map<String, Object> arguments) {
        return schema.problem(arguments);
    }

    @Override
    public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
        Map<String, Object> arguments = JsonValues.object(question.text(), Integer.MAX_VALUE);
        ToolCall call =
                new ToolCall(question.agent(), question.ref(), arguments, question.deadline(), question.traceparent());
        CompletionStage<Answer> answering;
        try {
            answering = tool.call(call, new Context(context));
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            throw told(e);
        }
        if (answering == null) {
            throw told(new NullPointerException("the tool returned no stage"));
        }
        return answering.handle((answer, failure) -> {
            if (failure != null) {
                throw new CompletionException(told(failure));
            }
            if (answer == null) {
                throw new CompletionException(told(new NullPointerException("the tool answered null")));
            }
            return answer;
        });
    }

    /** What the client is told of a failure; tells the log the rest. */
    private Exception told(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure instanceof EngineException
                || failure instanceof AnswerTooLargeException
                || failure instanceof QueryCancelledException) {
            return (Exception) failure;
        }
        LOGGER.log(Level.WARNING, "tool " + name() + " failed", failure);
        return new EngineException("tool_failure", "the tool failed; the server's log says why", null);
    }

    /** A tool tells progress and nothing else. */
    private record Context(QueryContext query) implements ToolContext {
        @Override
        public long progress(int percent, String message) {
            return query.progress(percent, message);
        }

        @Override
        public long progress(String message) {
            return query.progress(message);
        }

        @Override
        public CancellationToken cancellation() {
            return query.cancellation();
        }

        @Override
        public void pause(Duration time) {
            query.pause(time);
        }
    }
}
