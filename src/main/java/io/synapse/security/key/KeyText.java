package io.synapse.security.key;

import io.synapse.protocol.JsonValues;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How keys stand in a file: JSON, with a format number, times in ISO-8601. */
final class KeyText {

    private static final int DEPTH = 6;
    private static final long FORMAT = 1;
    private static final Pattern ID = Pattern.compile("k_[0-9a-f]{16}");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private KeyText() {}

    static String write(List<ManagedKey> keys) {
        List<Object> entries = new ArrayList<>();
        keys.forEach(key -> entries.add(fields(key)));
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", FORMAT);
        all.put("keys", entries);
        return JsonValues.write(all).text() + "\n";
    }

    private static Map<String, Object> fields(ManagedKey key) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", key.id());
        fields.put("name", key.name());
        fields.put("tenant", key.owner().tenant());
        fields.put("agents", List.copyOf(key.owner().agents()));
        fields.put("topics", List.copyOf(key.owner().topics()));
        fields.put("roles", List.copyOf(key.owner().groups()));
        fields.put("hash", key.hash());
        fields.put("generation", key.generation());
        key.former().ifPresent(former -> {
            fields.put("former_hash", former.hash());
            fields.put("former_until", former.until().toString());
        });
        fields.put("created_at", key.createdAt().toString());
        key.expiresAt().ifPresent(at -> fields.put("expires_at", at.toString()));
        key.lastUsedAt().ifPresent(at -> fields.put("last_used_at", at.toString()));
        key.revokedAt().ifPresent(at -> fields.put("revoked_at", at.toString()));
        return fields;
    }

    /** Throws {@link IllegalArgumentException}, with a text for operators, if this is not what {@link #write} makes. */
    static List<ManagedKey> read(String text) {
        Map<String, Object> all = JsonValues.object(text, DEPTH);
        if (!Long.valueOf(FORMAT).equals(all.get("format")) || !(all.get("keys") instanceof List<?> entries)) {
            throw new IllegalArgumentException("it has not the format " + FORMAT);
        }
        List<ManagedKey> keys = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Object entry : entries) {
            if (!(entry instanceof Map<?, ?> fields)) {
                throw new IllegalArgumentException("an entry is no object");
            }
            ManagedKey key = key(fields);
            if (!ids.add(key.id())) {
                throw new IllegalArgumentException("a key is in it twice: " + key.id());
            }
            keys.add(key);
        }
        return keys;
    }

    private static ManagedKey key(Map<?, ?> fields) {
        String id = text(fields, "id", ID);
        Identity owner = new Identity(
                text(fields, "name", KeyRequest.NAME),
                fields.get("tenant") instanceof String tenant && (tenant.isEmpty() || Identity.isTenant(tenant))
                        ? tenant
                        : wrong("tenant"),
                texts(fields, "agents"),
                texts(fields, "topics"),
                texts(fields, "roles").stream()
                        .map(role -> Role.of(role).orElseGet(() -> wrong("roles")))
                        .collect(Collectors.toSet()),
                Credential.ofKey(id));
        Optional<Instant> formerUntil = time(fields, "former_until");
        return new ManagedKey(
                id,
                owner,
                text(fields, "hash", HASH),
                fields.get("generation") instanceof Long number && number > 0 && number < Integer.MAX_VALUE
                        ? number.intValue()
                        : wrong("generation"),
                formerUntil.map(until -> new ManagedKey.Former(text(fields, "former_hash", HASH), until)),
                time(fields, "created_at").orElseGet(() -> wrong("created_at")),
                time(fields, "expires_at"),
                time(fields, "last_used_at"),
                time(fields, "revoked_at"));
    }

    private static <T> T wrong(String field) {
        throw new IllegalArgumentException("the field " + field + " of a key is wrong");
    }

    private static String text(Map<?, ?> fields, String name, Pattern pattern) {
        return fields.get(name) instanceof String text && pattern.matcher(text).matches() ? text : wrong(name);
    }

    private static Set<String> texts(Map<?, ?> fields, String name) {
        Set<String> texts = new HashSet<>();
        if (fields.get(name) instanceof List<?> list) {
            list.forEach(entry -> texts.add(entry instanceof String text ? text : wrong(name)));
            return texts;
        }
        return wrong(name);
    }

    private static Optional<Instant> time(Map<?, ?> fields, String name) {
        Object value = fields.get(name);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(value instanceof String text ? text : ""));
        } catch (DateTimeParseException e) {
            return wrong(name);
        }
    }
}
