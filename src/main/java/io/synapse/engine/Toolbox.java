package io.synapse.engine;

import java.util.List;
import java.util.Objects;

/**
 * The tools that whoever asked may call. An engine calls them for the one who asked, and may do no more than that one. Safe
 * for use by many threads.
 */
public interface Toolbox {

    /** Nothing to call. */
    Toolbox EMPTY = new Toolbox() {
        @Override
        public List<Offer> offers() {
            return List.of();
        }

        @Override
        public Answer call(String tool, String arguments, Question question, QueryContext context)
                throws EngineException {
            throw new EngineException("unknown_tool", "there is no tool of this name", null);
        }
    };

    /**
     * A tool, as a language model wants to know it.
     *
     * @param name by which it is called
     * @param description what it does, in a few sentences
     * @param inputSchema the JSON Schema of its arguments, as JSON
     */
    record Offer(String name, String description, String inputSchema) {

        /** Checks that nothing is missing. */
        public Offer {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(description, "description");
            Objects.requireNonNull(inputSchema, "inputSchema");
        }
    }

    /**
     * What may be called.
     *
     * @return in the order of their names
     */
    List<Offer> offers();

    /**
     * Calls one, and waits on this thread until it has ended; its progress becomes thoughts of type {@code progress}. When the
     * query is to stop, the tool is told so as if it had been called by a client.
     *
     * @param tool its name
     * @param arguments as JSON
     * @param question for which it is called
     * @param context of the query
     * @return what it gave
     * @throws QueryCancelledException if the query ended meanwhile
     * @throws EngineException if nothing came of it: {@code unknown_tool}, {@code invalid_arguments}, {@code tool_failure},
     *     or what the tool says
     */
    Answer call(String tool, String arguments, Question question, QueryContext context) throws EngineException;
}
