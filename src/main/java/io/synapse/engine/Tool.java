package io.synapse.engine;

import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Something that clients and language models can have done: a computation, a look-up, an action. A tool is an {@code
 * @ApplicationScoped} CDI bean; all that are in the application are offered. Name, description, schema and roles are
 * asked for once, when the application starts, and a tool that gets one of them wrong keeps it from starting.
 *
 * <p>A call lives as a query does: it has a ref, waits for a place among the queries, can be followed, resumed and
 * interrupted, times out, and ends in one result.
 *
 * <p><b>Threads, interrupts, failure.</b> As for {@link QueryEngine}: {@link #call} is called concurrently for different
 * calls, each on a managed worker thread of its own; a blocking tool works on it and returns a completed stage. When a call
 * is to stop, the callbacks of its {@link CancellationToken} run, the worker thread is interrupted, and every later
 * {@link ToolContext#progress} throws {@link QueryCancelledException}. An {@link EngineException} chooses the reason the
 * client sees; of any other exception the client learns only {@code tool_failure}, and the log the rest.
 */
public interface Tool {

    /** The role of those who ask agents; it may call a tool that says nothing else. */
    String USER_ROLE = "synapse-user";

    /**
     * The name by which it is called.
     *
     * @return 1 to 64 letters, digits, {@code _} and {@code -}; no other tool has it
     */
    String name();

    /**
     * What it does, for people and for language models.
     *
     * @return one or a few sentences, not blank, at most 2000 characters
     */
    String description();

    /**
     * What arguments it takes: a JSON Schema, of draft 2020-12 if it names no other. Arguments that break it never reach
     * {@link #call}. Its regular expressions are the tool's own: one that takes long on some texts takes long here. It
     * refers to no other document.
     *
     * @return JSON text: an object with {@code "type":"object"}, at most 64 KiB
     */
    String inputSchema();

    /**
     * Who may call it.
     *
     * @return names of roles, of which one is enough
     */
    default Set<String> roles() {
        return Set.of(USER_ROLE);
    }

    /**
     * Does it.
     *
     * @param call what is asked; the arguments fit the schema
     * @param context where progress goes and where the wish to stop is seen; valid until the call has ended
     * @return completes with what it gave; never null
     * @throws Exception any failure; it ends this call with an {@code error} result
     */
    CompletionStage<Answer> call(ToolCall call, ToolContext context) throws Exception;
}
