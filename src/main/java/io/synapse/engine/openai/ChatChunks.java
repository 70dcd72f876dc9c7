package io.synapse.engine.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.engine.openai.ChatChunk.ToolCallPiece;
import io.synapse.engine.openai.ChatChunk.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads events of a chat completion's stream, as OpenAI's API reference describes {@code chat.completion.chunk}. The names
 * {@code reasoning_content} and {@code reasoning} are those of other servers (DeepSeek, vLLM; OpenRouter). Unknown fields
 * are passed over, and a field of another type than expected counts as absent: compatible servers differ. One instance
 * reads one event.
 */
final class ChatChunks {

    private static final JsonFactory JSON = new JsonFactory();

    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<ToolCallPiece> toolCalls = new ArrayList<>();
    private String finishReason;
    private Usage usage;
    private String model;
    private String error;

    private ChatChunks() {}

    static ChatChunk parse(String data) throws UpstreamException {
        ChatChunks chunk = new ChatChunks();
        try (JsonParser parser = JSON.createParser(data)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw UpstreamException.notUnderstood("an event of the model's stream is no JSON object", null);
            }
            chunk.read(parser);
        } catch (IOException e) {
            throw UpstreamException.notUnderstood("an event of the model's stream is not JSON", e);
        }
        return new ChatChunk(
                chunk.text.toString(),
                chunk.reasoning.toString(),
                List.copyOf(chunk.toolCalls),
                chunk.finishReason,
                chunk.usage,
                chunk.model,
                chunk.error);
    }

    /** What an error's body says: the text at {@code error.message}, {@code error} or {@code message}; else null. */
    static String errorOf(String body) {
        ChatChunks chunk = new ChatChunks();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                chunk.read(parser);
            }
        } catch (IOException e) {
            // Whatever answers with an error may be no API at all, but a proxy with a page.
            return null;
        }
        return chunk.error;
    }

    private void read(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "choices" -> each(parser, value, this::choice);
                case "usage" -> usage(parser, value);
                case "model" -> model = text(parser, value);
                case "error" -> error = error(parser, value);
                case "message" -> error = error == null ? text(parser, value) : error;
                default -> parser.skipChildren();
            }
        }
    }

    /** Reads one object. */
    @FunctionalInterface
    private interface Reader {
        void read(JsonParser parser) throws IOException;
    }

    private static void each(JsonParser parser, JsonToken value, Reader object) throws IOException {
        if (value != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                object.read(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void choice(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("finish_reason")) {
                finishReason = text(parser, value);
            } else if (name.equals("delta") && value == JsonToken.START_OBJECT) {
                delta(parser);
            } else {
                parser.skipChildren();
            }
        }
    }

    private void delta(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (name) {
                case "content", "refusal" -> append(text, parser, value);
                case "reasoning_content", "reasoning" -> append(reasoning, parser, value);
                case "tool_calls" -> each(parser, value, this::toolCall);
                default -> parser.skipChildren();
            }
        }
    }

    private void toolCall(JsonParser parser) throws IOException {
        int index = 0;
        String id = null;
        String[] function = {null, ""};
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("index")) {
                index = (int) number(parser, value);
            } else if (name.equals("id")) {
                id = text(parser, value);
            } else if (name.equals("function") && value == JsonToken.START_OBJECT) {
                function = function(parser);
            } else {
                parser.skipChildren();
            }
        }
        toolCalls.add(new ToolCallPiece(index, id, function[0], function[1]));
    }

    private static String[] function(JsonParser parser) throws IOException {
        String called = null;
        String arguments = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            String value = text(parser, parser.nextToken());
            if (value != null && name.equals("name")) {
                called = value;
            } else if (value != null && name.equals("arguments")) {
                arguments = value;
            }
        }
        return new String[] {called, arguments};
    }

    private void usage(JsonParser parser, JsonToken start) throws IOException {
        if (start != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        long input = 0;
        long output = 0;
        long total = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            long count = number(parser, parser.nextToken());
            switch (name) {
                case "prompt_tokens" -> input = count;
                case "completion_tokens" -> output = count;
                case "total_tokens" -> total = count;
                default -> {
                    // Details differ from server to server.
                }
            }
        }
        usage = new Usage(input, output, Math.max(total, input + output));
    }

    private static String error(JsonParser parser, JsonToken value) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            return text(parser, value);
        }
        String message = "unknown";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            String said = text(parser, parser.nextToken());
            if (name.equals("message") && said != null) {
                message = said;
            }
        }
        return message;
    }

    private static void append(StringBuilder to, JsonParser parser, JsonToken value) throws IOException {
        String said = text(parser, value);
        if (said != null) {
            to.append(said);
        }
    }

    private static String text(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        parser.skipChildren();
        return null;
    }

    private static long number(JsonParser parser, JsonToken value) throws IOException {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return Math.max(0, parser.getValueAsLong());
        }
        parser.skipChildren();
        return 0;
    }
}
