package io.synapse.engine.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Thought;
import io.synapse.engine.openai.ChatChunk.ToolCallPiece;
import io.synapse.engine.openai.ChatChunk.Usage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells what a model says, each piece as it comes, and gathers the answer. For one thread. Its memory is bounded as the
 * query's output is: a thought past the bound is refused by the context.
 */
final class Telling {

    /** What the model thinks before it answers. */
    static final String REASONING = "reasoning";
    /** A piece of a call of a tool: a JSON object of index, id, name and arguments. */
    static final String TOOL_CALL = "tool_call";

    private static final Usage NOTHING = new Usage(0, 0, 0);
    private static final JsonFactory JSON = new JsonFactory();

    private final QueryContext context;
    private final StringBuilder text = new StringBuilder();
    private String model;
    private CallPieces calls = new CallPieces();
    private int begun;
    private boolean hasSpoken;
    private String finishReason;
    private Usage before = NOTHING;
    private Usage usage;

    Telling(QueryContext context, String model) {
        this.context = context;
        this.model = model;
    }

    /** A request is made: the first, one with what tools gave, or the same again. */
    void begin() {
        begun = text.length();
        calls = new CallPieces();
        hasSpoken = false;
        finishReason = null;
        if (usage != null) {
            before = before.plus(usage);
            usage = null;
        }
    }

    void tell(ChatChunk chunk) {
        if (chunk.model() != null) {
            model = chunk.model();
        }
        if (chunk.usage() != null) {
            usage = chunk.usage();
        }
        if (chunk.finishReason() != null) {
            finishReason = chunk.finishReason();
        }
        hasSpoken |= chunk.saysSomething();
        if (!chunk.reasoning().isEmpty()) {
            context.emit(Thought.of(REASONING, chunk.reasoning()));
        }
        if (!chunk.text().isEmpty()) {
            context.emit(Thought.text(chunk.text()));
            text.append(chunk.text());
        }
        for (ToolCallPiece piece : chunk.toolCalls()) {
            context.emit(Thought.of(TOOL_CALL, json(piece)));
            calls.add(piece);
        }
    }

    boolean hasSpoken() {
        return hasSpoken;
    }

    /** Whether the model has said that it is at its end. */
    boolean isFinished() {
        return finishReason != null;
    }

    /** What the model wants to call, since the request was made. */
    List<ModelCall> calls() {
        return calls.all();
    }

    /** What it said since then. */
    String said() {
        return text.substring(begun);
    }

    Answer answer() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("answer", text.toString());
        data.put("model", model);
        if (finishReason != null) {
            data.put("finish_reason", finishReason);
        }
        Usage whole = usage == null ? before : before.plus(usage);
        if (!whole.equals(NOTHING)) {
            data.put(
                    "usage",
                    Map.of(
                            "input_tokens", whole.input(),
                            "output_tokens", whole.output(),
                            "total_tokens", whole.total()));
        }
        return new Answer(data);
    }

    private static String json(ToolCallPiece piece) {
        StringWriter written = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(written)) {
            json.writeStartObject();
            json.writeNumberField("index", piece.index());
            if (piece.id() != null) {
                json.writeStringField("id", piece.id());
            }
            if (piece.name() != null) {
                json.writeStringField("name", piece.name());
            }
            json.writeStringField("arguments", piece.arguments());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return written.toString();
    }
}
