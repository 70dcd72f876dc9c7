package io.synapse.tool;

import io.synapse.engine.Answer;
import io.synapse.engine.Tool;
import io.synapse.engine.ToolCall;
import io.synapse.engine.ToolContext;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A tool of which everything is given. */
record FakeTool(String name, String description, String inputSchema, Set<String> roles) implements Tool {

    static FakeTool of(String inputSchema) {
        return new FakeTool("fake", "Fakes.", inputSchema, Set.of("synapse-user"));
    }

    @Override
    public CompletionStage<Answer> call(ToolCall call, ToolContext context) {
        return new Answer(call.arguments()).done();
    }
}
