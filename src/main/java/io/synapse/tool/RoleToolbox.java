package io.synapse.tool;

import io.synapse.engine.Answer;
import io.synapse.engine.AnswerTooLargeException;
import io.synapse.engine.EngineException;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Question;
import io.synapse.engine.Toolbox;
import io.synapse.protocol.JsonValues;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** What an engine may call for somebody with certain roles. Immutable. */
final class RoleToolbox implements Toolbox {

    private static final int MAX_ARGUMENTS_DEPTH = 64;

    private final ToolRegistry tools;
    private final Set<String> roles;

    RoleToolbox(ToolRegistry tools, Set<String> roles) {
        this.tools = tools;
        this.roles = roles;
    }

    @Override
    public List<Offer> offers() {
        return tools.all(roles).stream()
                .map(RegisteredTool::description)
                .map(tool -> new Offer(
                        tool.name(), tool.description(), tool.inputSchema().text()))
                .toList();
    }

    @Override
    public Answer call(String tool, String arguments, Question question, QueryContext context) throws EngineException {
        RegisteredTool called = tools.find(tool)
                .filter(found -> found.isFor(roles))
                .orElseThrow(() -> new EngineException("unknown_tool", "there is no tool of this name", null));
        checkArguments(called, arguments);
        try {
            CompletionStage<Answer> answering = called.answer(question.withText(arguments), context);
            // Not given up when the query is to stop: its work ends when the tool's does, and not before.
            return answering.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw told(e.getCause());
        } catch (Exception e) {
            throw told(e);
        }
    }

    private static void checkArguments(RegisteredTool called, String arguments) throws EngineException {
        Optional<String> problem;
        try {
            Map<String, Object> values = JsonValues.object(arguments, MAX_ARGUMENTS_DEPTH);
            problem = called.problem(values);
        } catch (IllegalArgumentException e) {
            problem = Optional.of("args: " + e.getMessage());
        }
        if (problem.isPresent()) {
            throw new EngineException("invalid_arguments", problem.get(), null);
        }
    }

    private static EngineException told(Throwable failure) {
        if (failure instanceof QueryCancelledException cancelled) {
            throw cancelled;
        }
        if (failure instanceof EngineException said) {
            return said;
        }
        if (failure instanceof AnswerTooLargeException) {
            return new EngineException("output_limit", failure.getMessage(), failure);
        }
        throw new IllegalStateException(failure);
    }
}
