package io.synapse.connection;

import io.synapse.protocol.CloseReason;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.RawJson;
import java.util.Map;

/** What is to be done with a connection, whichever node has it. Immutable; can be written and read, to go from node to node. */
public sealed interface ConnectionOrder {

    /**
     * Says something to the client, if there is room for it.
     *
     * @param event what it is
     * @param payload what it holds, an object
     */
    record Say(String event, RawJson payload) implements ConnectionOrder {}

    /**
     * Sends what waits, then closes.
     *
     * @param reason why
     */
    record Close(CloseReason reason) implements ConnectionOrder {}

    /**
     * Subscribes the client to a topic, and tells it so.
     *
     * @param topic a topic or a pattern
     */
    record Subscribe(String topic) implements ConnectionOrder {}

    /**
     * Ends a subscription of the client, and tells it so.
     *
     * @param topic a topic or a pattern
     */
    record Unsubscribe(String topic) implements ConnectionOrder {}

    /**
     * As a text for another node.
     *
     * @return JSON
     */
    default String write() {
        Map<String, Object> fields = switch (kind()) {
            case "say" ->
                Map.of(
                        "event",
                        ((Say) this).event(),
                        "payload",
                        ((Say) this).payload().text());
            case "close" -> Map.of("reason", ((Close) this).reason().name());
            case "subscribe" -> Map.of("topic", ((Subscribe) this).topic());
            default -> Map.of("topic", ((Unsubscribe) this).topic());
        };
        return JsonValues.write(Map.of("order", kind(), "of", fields)).text();
    }

    private String kind() {
        if (this instanceof Say) {
            return "say";
        }
        if (this instanceof Close) {
            return "close";
        }
        return this instanceof Subscribe ? "subscribe" : "unsubscribe";
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @param text from another node of the same version
     * @return the order
     * @throws IllegalArgumentException if it is none
     */
    static ConnectionOrder read(String text) {
        Map<String, Object> order = JsonValues.object(text, 2);
        if (!(order.get("of") instanceof Map<?, ?> fields)) {
            throw new IllegalArgumentException("not an order");
        }
        return switch (String.valueOf(order.get("order"))) {
            case "say" -> {
                String payload = text(fields, "payload");
                yield new Say(text(fields, "event"), RawJson.of(generator -> generator.writeRawValue(payload)));
            }
            case "close" -> new Close(CloseReason.valueOf(text(fields, "reason")));
            case "subscribe" -> new Subscribe(text(fields, "topic"));
            case "unsubscribe" -> new Unsubscribe(text(fields, "topic"));
            default -> throw new IllegalArgumentException("an unknown order");
        };
    }

    private static String text(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("an order without " + name);
    }
}
