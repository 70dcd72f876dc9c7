package io.synapse.endpoint.mcp;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.control.ControlException;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import java.util.Map;
import java.util.Optional;

/** The arguments of a call, which have been checked against the tool's schema. For one thread. */
final class McpArguments {

    private final Map<String, Object> values;
    private final ObjectMapper mapper;

    McpArguments(Map<String, Object> values, ObjectMapper mapper) {
        this.values = values == null ? Map.of() : values;
        this.mapper = mapper;
    }

    Optional<String> text(String name) {
        Object value = values.get(name);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String text) {
            return Optional.of(text);
        }
        throw wrong(name + " must be text");
    }

    String required(String name) {
        return text(name).orElseThrow(() -> wrong(name + " must be there"));
    }

    RawJson json(String name) {
        if (!values.containsKey(name)) {
            throw wrong(name + " must be there");
        }
        String text = McpTools.json(mapper, values.get(name));
        return RawJson.of(generator -> generator.writeRawValue(text));
    }

    private static ControlException wrong(String detail) {
        return new ControlException(Payloads.refusal(Reasons.INVALID_FIELD, "detail", detail));
    }
}
