package io.synapse.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes of good messages such as nobody has thought of, the same for the same seed. Used by one thread. */
final class Mutations {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "null",
            "undefined",
            "*",
            "**",
            "a:b:*",
            "../../etc/passwd",
            "' OR 1=1 --",
            "<img src=x onerror=alert(1)>",
            "${jndi:ldap://127.0.0.1/x}",
            "$(reboot)",
            "\r\n[ERROR] forged",
            "\u001b[31mred",
            "\u0000",
            "\u2028\u2029",
            "\ud800",
            "\u202egnp.exe",
            "cancel_after(99999999999)",
            "%s%n%x",
            "{agent}");

    private final SplittableRandom random;

    Mutations(long seed) {
        random = new SplittableRandom(seed);
    }

    int upTo(int bound) {
        return random.nextInt(bound);
    }

    <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    String text() {
        return switch (upTo(4)) {
            case 0 -> oneOf(TEXTS).repeat(1 + upTo(50));
            case 1 -> "x".repeat(upTo(20_000));
            case 2 ->
                random.ints(upTo(40), 0, 0x3000)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            default -> oneOf(TEXTS);
        };
    }

    /** A message like another one: with other values, of other types, without some, or broken altogether. */
    String like(String message) {
        String changed = message;
        try {
            JsonNode root = JSON.readTree(message);
            for (int i = upTo(3); i >= 0; i--) {
                change(root);
            }
            changed = root.toString();
        } catch (JsonProcessingException e) {
            // Not JSON in the first place: only its bytes are changed.
            changed = message;
        }
        return upTo(5) == 0 ? broken(changed) : changed;
    }

    private String broken(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = upTo(4); i >= 0 && bytes.length > 0; i--) {
            bytes[upTo(bytes.length)] = (byte) (32 + upTo(95));
        }
        String changed = new String(bytes, StandardCharsets.UTF_8);
        return upTo(3) == 0 ? changed.substring(0, upTo(changed.length() + 1)) : changed;
    }

    private void change(JsonNode root) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        if (containers.isEmpty()) {
            return;
        }
        JsonNode chosen = oneOf(containers);
        if (chosen instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = oneOf(names);
            switch (upTo(4)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(text(), value());
                default -> object.set(name, value());
            }
        } else if (chosen instanceof ArrayNode array && !array.isEmpty()) {
            int place = upTo(array.size());
            switch (upTo(4)) {
                case 0 -> array.remove(place);
                case 1 -> array.add(value());
                default -> array.set(place, value());
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> found) {
        if (node.isContainerNode()) {
            found.add(node);
            node.forEach(child -> collect(child, found));
        }
    }

    private JsonNode value() {
        return switch (upTo(9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.numberNode(random.nextLong());
            case 2 -> NODES.numberNode(random.nextDouble() * Double.MAX_VALUE);
            case 3 -> NODES.numberNode(-upTo(3));
            case 4 -> NODES.booleanNode(upTo(2) == 0);
            case 5 -> nested(1 + upTo(100));
            case 6 -> NODES.arrayNode().add(text()).add(1).addNull();
            default -> NODES.textNode(text());
        };
    }

    private JsonNode nested(int depth) {
        JsonNode node = NODES.numberNode(1);
        for (int i = 0; i < depth; i++) {
            node = upTo(2) == 0
                    ? NODES.arrayNode().add(node)
                    : NODES.objectNode().set("a", node);
        }
        return node;
    }

    byte[] bytes(int bound) {
        byte[] bytes = new byte[upTo(bound)];
        random.nextBytes(bytes);
        return bytes;
    }
}
