package io.synapse.engine.openai;

import java.util.List;

/**
 * What one event of a chat completion's stream says. Immutable.
 *
 * @param text a piece of the answer; empty if there is none
 * @param reasoning a piece of what the model thinks before it answers; empty if there is none
 * @param toolCalls pieces of calls of tools
 * @param finishReason why the model ends here; null while it goes on
 * @param usage what the whole request took; null where it is not told
 * @param model the model that answers; null where it is not told
 * @param error what went wrong in the middle of the stream; null if nothing did
 */
record ChatChunk(
        String text,
        String reasoning,
        List<ToolCallPiece> toolCalls,
        String finishReason,
        Usage usage,
        String model,
        String error) {

    /**
     * A piece of a call: its name comes first, its arguments bit by bit.
     *
     * @param index which call of this answer
     * @param id the call's name for its result; null but in the first piece
     * @param name the tool; null but in the first piece
     * @param arguments a piece of a JSON object's text; empty if there is none
     */
    record ToolCallPiece(int index, String id, String name, String arguments) {}

    /**
     * Tokens.
     *
     * @param input of the request
     * @param output of the answer
     * @param total of both, as the upstream counts
     */
    record Usage(long input, long output, long total) {

        Usage plus(Usage more) {
            return new Usage(input + more.input, output + more.output, total + more.total);
        }
    }

    boolean saysSomething() {
        return !text.isEmpty() || !reasoning.isEmpty() || !toolCalls.isEmpty();
    }
}
