package io.synapse.engine.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.config.ConfigException;
import io.synapse.config.OpenAiConfig;
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
        body(List.of());
    }

    // The JDK's message would quote the value, which may be a secret.
    private void header(String property, String name, String value) {
        try {
            prepared.setHeader(name, value);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(property, "cannot be sent as the header " + name);
        }
    }

    HttpRequest of(List<ChatMessage> messages) {
        return prepared.copy().POST(BodyPublishers.ofByteArray(body(messages))).build();
    }

    String model() {
        return model;
    }

    private byte[] body(List<ChatMessage> messages) {
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
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private void parameters(JsonGenerator json) throws IOException {
        try (JsonParser parser = JSON.createParser(config.parameters())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw badParameters("must be a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                if (OURS.contains(parser.currentName())) {
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
