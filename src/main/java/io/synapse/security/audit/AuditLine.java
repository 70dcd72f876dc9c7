package io.synapse.security.audit;

import io.synapse.protocol.JsonValues;
import io.synapse.security.AuditEvent;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes an event as one line of JSON. Nothing a client says can end the line, move a terminal's cursor, or turn the order of
 * letters: such characters are escaped.
 */
final class AuditLine {

    /** The longest text of a field, in characters. */
    static final int MAX_TEXT = 200;

    private AuditLine() {}

    static String of(AuditEvent event, Instant time, long count) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
        fields.put("event", event.name().name().toLowerCase(Locale.ROOT));
        fields.put("outcome", event.outcome().name().toLowerCase(Locale.ROOT));
        if (count > 0) {
            fields.put("count", count);
        }
        event.who().ifPresent(who -> put(fields, who));
        put(fields, "address", event.address());
        event.details().forEach((name, value) -> put(fields, name, value));
        return escape(JsonValues.write(fields).text());
    }

    private static void put(Map<String, Object> fields, Identity who) {
        put(fields, "subject", who.subject());
        put(fields, "tenant", who.tenant());
        Credential shown = who.credential();
        put(fields, "credential", shown.kind().name().toLowerCase(Locale.ROOT));
        put(fields, "source", shown.source());
    }

    private static void put(Map<String, Object> fields, String name, String value) {
        if (!value.isEmpty()) {
            fields.put(name, value.length() > MAX_TEXT ? value.substring(0, MAX_TEXT) + "..." : value);
        }
    }

    // JSON lets stand all but the first 32.
    private static String escape(String json) {
        StringBuilder line = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (isPlain(json, i)) {
                line.append(c);
            } else {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return line.toString();
    }

    private static boolean isPlain(String json, int at) {
        char c = json.charAt(at);
        if (c >= ' ' && c < 0x7f) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
