package io.synapse.cluster.redis;

import io.synapse.cluster.redis.JsonTree.Tree;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Who somebody is, as JSON; without the credential itself, of which only its source is known. */
final class IdentityJson {

    private IdentityJson() {}

    static Map<String, Object> tree(Identity identity) {
        Credential shown = identity.credential();
        Map<String, Object> tree = new HashMap<>(Map.of(
                "subject",
                identity.subject(),
                "tenant",
                identity.tenant(),
                "agents",
                identity.agents(),
                "topics",
                identity.topics(),
                "roles",
                identity.roles().stream().map(Role::name).toList(),
                "kind",
                shown.kind().name(),
                "source",
                shown.source()));
        shown.expiresAt().ifPresent(end -> tree.put("ends", end.toString()));
        return tree;
    }

    /**
     * Reads what was written.
     *
     * @throws RuntimeException if it is something else
     */
    static Identity read(Tree tree) {
        Credential shown = new Credential(
                Credential.Kind.valueOf(tree.text("kind")),
                tree.text("source"),
                tree.has("ends") ? Optional.of(Instant.parse(tree.text("ends"))) : Optional.empty());
        return new Identity(
                tree.text("subject"),
                tree.text("tenant"),
                Set.copyOf(tree.texts("agents")),
                Set.copyOf(tree.texts("topics")),
                tree.texts("roles").stream().map(Role::valueOf).collect(Collectors.toUnmodifiableSet()),
                shown);
    }
}
