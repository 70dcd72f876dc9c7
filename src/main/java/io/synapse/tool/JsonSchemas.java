package io.synapse.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** JSON Schema: the one class that knows the validator. Reads nothing from the network. Safe for use by many threads. */
final class JsonSchemas {

    private static final String META_SCHEMAS_HTTPS = "https://json-schema.org/";
    private static final String META_SCHEMAS_HTTP = "http://json-schema.org/";

    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaRegistryConfig(SchemaRegistryConfig.builder()
                            // A list with a hundred thousand wrong entries is wrong once.
                            .failFast(true)
                            .formatAssertionsEnabled(true)
                            .locale(Locale.ENGLISH)
                            .build())
                    // The meta-schemas are in the validator's JAR; a schema refers to nothing else.
                    .schemaLoader(loader -> loader.fetchRemoteResources(false)
                            .allow(iri -> iri.toString().startsWith(META_SCHEMAS_HTTPS)
                                    || iri.toString().startsWith(META_SCHEMAS_HTTP)
                                    || iri.toString().startsWith("classpath:draft"))));

    /**
     * Reads a schema.
     *
     * @param schema as values
     * @return checks arguments
     * @throws IllegalArgumentException if it is no schema, or refers to what is not there
     */
    ArgumentSchema compile(Map<String, Object> schema) {
        JsonNode node = node(schema);
        try {
            String dialect = node.path("$schema").asText(SpecificationVersion.DRAFT_2020_12.getDialectId());
            List<Error> broken = registry.getSchema(SchemaLocation.of(dialect)).validate(node);
            if (!broken.isEmpty()) {
                throw new IllegalArgumentException(problem("inputSchema", broken.get(0)));
            }
            Schema compiled = registry.getSchema(node);
            compiled.initializeValidators();
            return arguments ->
                    compiled.validate(node(arguments)).stream().findFirst().map(error -> problem("args", error));
        } catch (SchemaException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static String problem(String where, Error error) {
        String text = where + error.getInstanceLocation() + ": " + error.getMessage();
        return text.length() <= ArgumentSchema.MAX_PROBLEM_LENGTH
                ? text
                : text.substring(0, ArgumentSchema.MAX_PROBLEM_LENGTH - 1) + "…";
    }

    private static JsonNode node(Object value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = nodes.objectNode();
            map.forEach((name, field) -> object.set((String) name, node(field)));
            return object;
        }
        if (value instanceof List<?> list) {
            ArrayNode array = nodes.arrayNode(list.size());
            list.forEach(item -> array.add(node(item)));
            return array;
        }
        if (value instanceof String text) {
            return nodes.textNode(text);
        }
        if (value instanceof Boolean truth) {
            return nodes.booleanNode(truth);
        }
        if (value instanceof Long number) {
            return nodes.numberNode(number);
        }
        if (value instanceof BigInteger number) {
            return nodes.numberNode(number);
        }
        return value == null ? nodes.nullNode() : nodes.numberNode((Double) value);
    }
}
