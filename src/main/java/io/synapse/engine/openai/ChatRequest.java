package io.synapse.engine.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.config.ConfigException;
import io.synapse.config.OpenAiConfig;
import io.synapse.engine.Toolbox.Offer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Set;

/** Makes the requests for streamed chat completions. Safe for use by many threads. */
final class ChatRequest {

    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> OURS = Set.of("model", "messages", "stream", "stream_options", "n");

    private static final Set<String> CALLING = Set.of("tools", "tool_choice");

    private final OpenAiConfig config;
    private final String model;
    private final HttpRequest.Builder prepared;

    /**
     * What all requests have in common.
     *
     * @param config where the model is
     * @throws ConfigException if no model is configured, or a header or parameter cannot be used
     */
    ChatRequest(OpenAiConfig config) {
        this.config = config;
        model = config.model().orElseThrow(() -> new ConfigException("synapse.openai.model", "is missing"));
        String base = config.baseUrl().toString();
        URI target = URI.create((base.endsWith("/") ? base : base + "/") + "chat/completions");
        prepared = HttpRequest.newBuilder(target)
                .header("Content-Type", "application/json")
                .header("Accept", "text/event-stream");
        config.apiKey().ifPresent(key -> header("synapse.openai.api-key", "Authorization", "Bearer " + key));
        config.organization().ifPresent(name -> header("synapse.openai.organization", "OpenAI-Organization", name));
        config.headers().forEach((name, value) -> header("synapse.openai.headers", name, value));
        body(List.of(), List.of(), false);
    }

    // The JDK's message would quote the value, which may be a secret.
    private void header(String property, String name, String value) {
        try {
            prepared.setHeader(name, value);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(property, "cannot be sent as the header " + name);
        }
    }

    /** With tools that the model may call, or may not call any more. */
    HttpRequest of(List<ChatMessage> messages, List<Offer> offers, boolean mayCall) {
        return prepared.copy()
                .POST(BodyPublishers.ofByteArray(body(messages, offers, mayCall)))
                .build();
    }

    String model() {
        return model;
    }

    private byte[] body(List<ChatMessage> messages, List<Offer> offers, boolean mayCall) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("model", model);
            json.writeBooleanField("stream", true);
            json.writeFieldName("stream_options");
            json.writeStartObject();
            json.writeBooleanField("include_usage", true);
            json.writeEndObject();
            parameters(json);
            json.writeArrayFieldStart("messages");
            for (ChatMessage message : messages) {
                json.writeStartObject();
                json.writeStringField("role", message.role());
                json.writeStringField("content", message.content());
                if (message.callId() != null) {
                    json.writeStringField("tool_call_id", message.callId());
                }
                if (!message.calls().isEmpty()) {
                    calls(json, message.calls());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            if (!offers.isEmpty()) {
                tools(json, offers, mayCall);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void calls(JsonGenerator json, List<ModelCall> calls) throws IOException {
        json.writeArrayFieldStart("tool_calls");
        for (ModelCall call : calls) {
            json.writeStartObject();
            json.writeStringField("id", call.id());
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", call.name());
            json.writeStringField("arguments", call.arguments());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    // A model that has called before must still be told what the calls in its conversation mean.
    private static void tools(JsonGenerator json, List<Offer> offers, boolean mayCall) throws IOException {
        json.writeArrayFieldStart("tools");
        for (Offer offer : offers) {
            json.writeStartObject();
            json.writeStringField("type", "function");
            json.writeObjectFieldStart("function");
            json.writeStringField("name", offer.name());
            json.writeStringField("description", offer.description());
            json.writeFieldName("parameters");
            json.writeRawValue(offer.inputSchema());
            json.writeEndObject();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("tool_choice", mayCall ? "auto" : "none");
    }

    private boolean isOurs(String field) {
        return OURS.contains(field) || !config.calling().tools().isEmpty() && CALLING.contains(field);
    }

    private void parameters(JsonGenerator json) throws IOException {
        try (JsonParser parser = JSON.createParser(config.parameters())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw badParameters("must be a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                if (isOurs(parser.currentName())) {
                    throw badParameters("must not have the field " + parser.currentName());
                }
                json.copyCurrentStructure(parser);
            }
            if (parser.nextToken() != null) {
                throw badParameters("must be one JSON object");
            }
        } catch (IOException e) {
            throw badParameters("must be a JSON object");
        }
    }

    private static ConfigException badParameters(String why) {
        return new ConfigException("synapse.openai.parameters", why);
    }
}
