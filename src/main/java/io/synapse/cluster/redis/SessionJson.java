package io.synapse.cluster.redis;

import io.synapse.cluster.redis.JsonTree.Tree;
import io.synapse.session.SessionState;
import io.synapse.stream.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a client held, as JSON. */
final class SessionJson {

    private SessionJson() {}

    static byte[] write(SessionState state) {
        return JsonTree.write(Map.of(
                "topics",
                state.topics().stream().map(SessionJson::topic).toList(),
                "queries",
                state.queries().stream().map(SessionJson::query).toList(),
                "events",
                state.events()));
    }

    private static Map<String, Object> topic(SessionState.Topic topic) {
        Map<String, Object> tree = new HashMap<>(Map.of(
                "target",
                topic.target(),
                "events",
                topic.events(),
                "policy",
                topic.policy(),
                "serves",
                topic.serves(),
                "epoch",
                topic.sent().epoch(),
                "offset",
                topic.sent().offset()));
        topic.acknowledged().ifPresent(position -> {
            tree.put("ack_epoch", position.epoch());
            tree.put("ack_offset", position.offset());
        });
        return tree;
    }

    private static Map<String, Object> query(SessionState.Query query) {
        return Map.of("agent", query.agent(), "ref", query.ref(), "sent", query.sent());
    }

    /**
     * Reads what was written.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static SessionState read(byte[] text) {
        Tree tree = JsonTree.read(text);
        return new SessionState(
                tree.trees("topics").stream().map(SessionJson::topic).toList(),
                tree.trees("queries").stream()
                        .map(query ->
                                new SessionState.Query(query.text("agent"), query.text("ref"), query.number("sent")))
                        .toList(),
                Set.copyOf(tree.texts("events")));
    }

    private static SessionState.Topic topic(Tree tree) {
        return new SessionState.Topic(
                tree.text("target"),
                Set.copyOf(tree.texts("events")),
                tree.text("policy"),
                tree.truth("serves"),
                new Position(tree.text("epoch"), tree.number("offset")),
                tree.has("ack_offset")
                        ? Optional.of(new Position(tree.text("ack_epoch"), tree.number("ack_offset")))
                        : Optional.empty());
    }
}
