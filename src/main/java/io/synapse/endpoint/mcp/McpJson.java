package io.synapse.endpoint.mcp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.modelcontextprotocol.json.jackson2.JacksonMcpJsonMapper;

/**
 * JSON for the SDK, with bounds. It is made here and not looked up: what a look-up finds depends on the server's class loaders.
 */
final class McpJson {

    /** Of the message, its parameters, the call's arguments, and what these hold in front of a payload. */
    private static final int ENVELOPE = 6;

    private McpJson() {}

    static ObjectMapper mapper(int maxDepth, int maxLength) {
        JsonFactory factory = JsonFactory.builder()
                // Names come from outside: a table of them that outlives the message is a leak to be filled.
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth + ENVELOPE)
                        .maxStringLength(maxLength)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                // A payload goes on to others: 1.10 must not become 1.1, nor a long number a near one.
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    static JacksonMcpJsonMapper of(ObjectMapper mapper) {
        return new JacksonMcpJsonMapper(mapper);
    }
}
