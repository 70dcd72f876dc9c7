package io.synapse.engine.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.config.OpenAiConfig;
import io.synapse.engine.EngineException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.engine.Toolbox.Offer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Calls the tools that a model asks for, one after another, for whoever asked the model. What each gave is a thought, and the
 * model is told it. Safe for use by many threads.
 */
final class ToolCalls {

    /** What a call gave: a JSON object of id, name, and data, or reason and message. */
    static final String TOOL_RESULT = "tool_result";

    /** Calls of one answer of the model, at most. */
    static final int MAX_CALLS = 16;

    private static final JsonFactory JSON = new JsonFactory();

    private final OpenAiConfig.Calling config;

    ToolCalls(OpenAiConfig.Calling config) {
        this.config = config;
    }

    /** What the model may be offered. */
    List<Offer> offers(QueryContext context) {
        return config.tools().isEmpty()
                ? List.of()
                : context.tools().offers().stream()
                        .filter(offer -> config.offers(offer.name()))
                        .toList();
    }

    /** Calls them; returns what the model is told of each. */
    List<ChatMessage> call(List<ModelCall> calls, Question question, QueryContext context) {
        List<ChatMessage> told = new ArrayList<>(calls.size());
        for (ModelCall call : calls) {
            String result = told.size() < MAX_CALLS
                    ? call(call, question, context)
                    : error("too_many_calls", "at most " + MAX_CALLS + " calls at a time");
            context.emit(Thought.of(TOOL_RESULT, thought(call, result)));
            told.add(ChatMessage.given(call, result));
        }
        return told;
    }

    private String call(ModelCall call, Question question, QueryContext context) {
        if (!config.offers(call.name())) {
            return error("unknown_tool", "there is no tool of this name");
        }
        try {
            String result = json(context.tools()
                    .call(call.name(), call.arguments(), question, context)
                    .data());
            return result.getBytes(StandardCharsets.UTF_8).length <= config.maxResultBytes()
                    ? result
                    : error("output_limit", "the result has more than " + config.maxResultBytes() + " bytes");
        } catch (EngineException e) {
            // The model may try again, or say that it cannot.
            return error(e.reason(), e.getMessage());
        }
    }

    private static String error(String reason, String message) {
        return json(Map.of("error", Map.of("reason", reason, "message", message)));
    }

    private static String thought(ModelCall call, String result) {
        StringWriter written = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(written)) {
            json.writeStartObject();
            json.writeStringField("id", call.id());
            json.writeStringField("name", call.name());
            json.writeFieldName("result");
            json.writeRawValue(result);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return written.toString();
    }

    private static String json(Map<String, Object> values) {
        StringWriter written = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(written)) {
            write(json, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return written.toString();
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> field : map.entrySet()) {
                json.writeFieldName((String) field.getKey());
                write(json, field.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object item : list) {
                write(json, item);
            }
            json.writeEndArray();
        } else {
            json.writePOJO(value);
        }
    }
}
