package io.synapse.security.limit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What {@code Forwarded} (RFC 7239) and {@code X-Forwarded-For} say, read from the end, where the nearest proxy has written.
 * What is beyond the bounds is not read. Never throws.
 */
final class Forwarding {

    /** Entries that are looked at, the last ones. */
    static final int MAX_HOPS = 20;

    private static final int MAX_CHARS = 4096;
    private static final String FOR = "for=";

    private Forwarding() {}

    /** The addresses of {@code X-Forwarded-For}, the nearest first; what is none is there as it stands. */
    static List<String> forwardedFor(List<String> lines) {
        List<String> hops = new ArrayList<>();
        for (String entry : fromTheEnd(lines)) {
            hops.add(withoutPort(entry));
        }
        return hops;
    }

    /** The same of {@code Forwarded}; an entry without {@code for} is there as an empty text. */
    static List<String> forwarded(List<String> lines) {
        List<String> hops = new ArrayList<>();
        for (String entry : fromTheEnd(lines)) {
            hops.add(node(entry));
        }
        return hops;
    }

    private static List<String> fromTheEnd(List<String> lines) {
        List<String> entries = new ArrayList<>();
        int chars = 0;
        for (int line = lines.size() - 1; line >= 0; line--) {
            String text = lines.get(line);
            chars += text.length();
            if (chars > MAX_CHARS) {
                // Where its first entry begins is not looked for: the walk ends at what cannot be read.
                entries.add("");
                return entries;
            }
            int end = text.length();
            boolean quoted = false;
            for (int at = text.length() - 1; at >= -1; at--) {
                if (at >= 0 && text.charAt(at) == '"') {
                    quoted = !quoted;
                } else if (at < 0 || text.charAt(at) == ',' && !quoted) {
                    entries.add(text.substring(at + 1, end).strip());
                    end = at;
                    if (entries.size() == MAX_HOPS) {
                        return entries;
                    }
                }
            }
        }
        return entries;
    }

    private static String node(String entry) {
        String found = "";
        for (String pair : entry.split(";", -1)) {
            String part = pair.strip();
            if (part.toLowerCase(Locale.ROOT).startsWith(FOR)) {
                if (!found.isEmpty()) {
                    return "";
                }
                found = part.substring(FOR.length());
            }
        }
        boolean quoted = found.length() > 1 && found.startsWith("\"") && found.endsWith("\"");
        return withoutPort(quoted ? found.substring(1, found.length() - 1) : found);
    }

    // 192.0.2.1:4711 and [2001:db8::1]:4711, but a bare address of version 6 has its colons.
    private static String withoutPort(String node) {
        int colon = node.lastIndexOf(':');
        boolean port = colon > 0
                && node.substring(colon + 1).matches("\\d{1,5}")
                && (node.charAt(colon - 1) == ']' || node.indexOf(':') == colon);
        return port ? node.substring(0, colon) : node;
    }
}
