package io.synapse.cluster.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Small values that are kept in Redis, as JSON: maps, lists, texts, numbers, truth. What a node does not know it passes over. */
final class JsonTree {

    private static final int MAX_DEPTH = 16;
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();

    private JsonTree() {}

    static byte[] write(Map<String, ?> tree) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            value(json, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void value(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName((String) entry.getKey());
                value(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Iterable<?> list) {
            json.writeStartArray();
            for (Object each : list) {
                value(json, each);
            }
            json.writeEndArray();
        } else if (value instanceof Number number) {
            json.writeNumber(number.longValue());
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else {
            json.writeString((String) value);
        }
    }

    /**
     * Reads a map.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Tree read(byte[] text) {
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            if (value(json) instanceof Map<?, ?> map) {
                return new Tree(map);
            }
            throw new IllegalArgumentException("no object");
        } catch (IOException e) {
            throw new IllegalArgumentException("no JSON", e);
        }
    }

    private static Object value(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, Object> map = new HashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                map.put(name, value(json));
            }
            return map;
        }
        if (token == JsonToken.START_ARRAY) {
            List<Object> list = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                list.add(value(json));
            }
            return list;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return json.getLongValue();
        }
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            return json.getBooleanValue();
        }
        return json.getText();
    }

    /** A map that was read; what is missing is empty. */
    record Tree(Map<?, ?> map) {

        boolean has(String name) {
            return map.containsKey(name);
        }

        Set<String> names() {
            return map.keySet().stream().map(String.class::cast).collect(Collectors.toUnmodifiableSet());
        }

        Tree tree(String name) {
            return new Tree(map.get(name) instanceof Map<?, ?> inner ? inner : Map.of());
        }

        String text(String name) {
            return map.get(name) instanceof String text ? text : "";
        }

        long number(String name) {
            return map.get(name) instanceof Long number ? number : 0;
        }

        boolean truth(String name) {
            return Boolean.TRUE.equals(map.get(name));
        }

        List<String> texts(String name) {
            return list(name).stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .toList();
        }

        List<Tree> trees(String name) {
            return list(name).stream()
                    .filter(Map.class::isInstance)
                    .map(each -> new Tree((Map<?, ?>) each))
                    .toList();
        }

        private List<?> list(String name) {
            return map.get(name) instanceof List<?> list ? list : List.of();
        }
    }
}
