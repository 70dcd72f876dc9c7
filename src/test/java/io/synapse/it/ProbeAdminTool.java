package io.synapse.it;

import io.synapse.engine.Answer;
import io.synapse.engine.Tool;
import io.synapse.engine.ToolCall;
import io.synapse.engine.ToolContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** A tool that few may call. */
@ApplicationScoped
public class ProbeAdminTool implements Tool {

    @Override
    public String name() {
        return "probe-admin";
    }

    @Override
    public String description() {
        return "For operators only.";
    }

    @Override
    public String inputSchema() {
        return "{\"type\":\"object\"}";
    }

    @Override
    public Set<String> roles() {
        return Set.of("synapse-admin", "synapse-publisher");
    }

    @Override
    public CompletionStage<Answer> call(ToolCall call, ToolContext context) {
        return Answer.of("done").done();
    }
}
