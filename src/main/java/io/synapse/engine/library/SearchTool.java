package io.synapse.engine.library;

import io.synapse.engine.Answer;
import io.synapse.engine.Tool;
import io.synapse.engine.ToolCall;
import io.synapse.engine.ToolContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Searches the documents of the {@link LibraryEngine}, whether or not it is the engine that answers queries. The data is
 * {@code passages}, a list of {@code source}, {@code heading}, {@code score} and {@code text}, best first.
 */
@ApplicationScoped
public class SearchTool implements Tool {

    private static final long DEFAULT_LIMIT = 3;

    private final LibraryEngine library;

    /** For the proxy of CDI only. */
    protected SearchTool() {
        this(null);
    }

    /**
     * A tool over the configured documents; reads nothing yet.
     *
     * @param library has the documents
     */
    @Inject
    public SearchTool(LibraryEngine library) {
        this.library = library;
    }

    @Override
    public String name() {
        return "search";
    }

    @Override
    public String description() {
        return "Searches the documents of this server's library and gives the passages that fit best, with their sources.";
    }

    @Override
    public String inputSchema() {
        return """
                {
                  "type": "object",
                  "properties": {
                    "query": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 1000,
                      "description": "words to look for"
                    },
                    "limit": {
                      "type": "integer",
                      "minimum": 1,
                      "maximum": 10,
                      "description": "how many passages at most; 3 if left out"
                    }
                  },
                  "required": ["query"],
                  "additionalProperties": false
                }
                """;
    }

    @Override
    public CompletionStage<Answer> call(ToolCall call, ToolContext context) throws IOException, InterruptedException {
        context.progress(0, "searching");
        int limit = call.integer("limit").orElse(DEFAULT_LIMIT).intValue();
        return new Answer(Map.of("passages", library.passages(call.text("query").orElse(""), limit))).done();
    }
}
