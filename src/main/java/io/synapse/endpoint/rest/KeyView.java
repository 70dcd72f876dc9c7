package io.synapse.endpoint.rest;

import io.synapse.security.Identity;
import io.synapse.security.key.ManagedKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A key as the REST side tells of it: never with its secret or its hash. */
final class KeyView {

    private KeyView() {}

    static Map<String, Object> of(ManagedKey key, Instant now) {
        Map<String, Object> fields = of(key.id(), "managed", key.owner());
        fields.put("state", key.state(now).name().toLowerCase(Locale.ROOT));
        fields.put("created_at", key.createdAt().toEpochMilli());
        fields.put("expires_at", Answers.millis(key.expiresAt()));
        fields.put("last_used_at", Answers.millis(key.lastUsedAt()));
        fields.put("revoked_at", Answers.millis(key.revokedAt()));
        Optional<Instant> former = key.former().map(ManagedKey.Former::until).filter(now::isBefore);
        fields.put("former_until", Answers.millis(former));
        return fields;
    }

    /** A key of the configuration, whose id is its name. */
    static Map<String, Object> configured(Identity owner) {
        Map<String, Object> fields = of(owner.subject(), "configured", owner);
        fields.put("state", "active");
        return fields;
    }

    private static Map<String, Object> of(String id, String kind, Identity owner) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", id);
        fields.put("kind", kind);
        fields.put("name", owner.subject());
        fields.put("tenant", owner.tenant());
        fields.put("agents", sorted(owner.agents()));
        fields.put("topics", sorted(owner.topics()));
        fields.put("roles", sorted(owner.groups()));
        return fields;
    }

    static List<String> sorted(Iterable<String> texts) {
        List<String> list = new ArrayList<>();
        texts.forEach(list::add);
        list.sort(null);
        return list;
    }
}
