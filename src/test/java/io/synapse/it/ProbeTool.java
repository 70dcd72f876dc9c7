package io.synapse.it;

import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.engine.Tool;
import io.synapse.engine.ToolCall;
import io.synapse.engine.ToolContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;

/** Does what its arguments say, so that tests decide what happens. */
@ApplicationScoped
public class ProbeTool implements Tool {

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public String description() {
        return "Does what a test wants.";
    }

    @Override
    public String inputSchema() {
        return """
                {"type":"object",
                 "properties":{
                   "do":{"enum":["count","block","wait","throw","error","fail","nothing","null","large","echo"]},
                   "to":{"type":"integer","minimum":0,"maximum":2000000},
                   "pause":{"type":"integer"},
                   "when":{"type":"string","format":"date-time"},
                   "more":{}},
                 "required":["do"],
                 "additionalProperties":false}
                """;
    }

    @Override
    public CompletionStage<Answer> call(ToolCall call, ToolContext context) throws Exception {
        int to = call.integer("to").orElse(0L).intValue();
        switch (call.text("do").orElseThrow()) {
            case "count" -> {
                for (int i = 1; i <= to; i++) {
                    context.progress(100 * i / to, "at " + i);
                    context.pause(Duration.ofMillis(call.integer("pause").orElse(0L)));
                }
                return new Answer(Map.of("counted", to)).done();
            }
            case "block" -> {
                context.progress("blocking");
                new CountDownLatch(1).await();
                return Answer.of("never").done();
            }
            case "wait" -> {
                context.progress("waiting");
                CompletableFuture<Answer> answer = new CompletableFuture<>();
                context.cancellation().onCancel(() -> answer.complete(Answer.of("stopped")));
                return answer;
            }
            case "throw" -> throw new IllegalStateException("a secret of the tool");
            case "error" -> throw new NoClassDefFoundError("a secret of the tool");
            case "fail" -> throw new EngineException("no_such_city", "there is no city of that name", null);
            case "nothing" -> {
                return null;
            }
            case "null" -> {
                return CompletableFuture.completedFuture(null);
            }
            case "large" -> {
                return Answer.of("x".repeat(to)).done();
            }
            default -> {
                return new Answer(call.arguments()).done();
            }
        }
    }
}
