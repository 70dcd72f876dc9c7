package io.synapse.engine.library;

import java.util.Map;

/** The character references of HTML that prose uses; others stay as they are written. */
final class HtmlEntities {

    private static final Map<String, String> NAMED = Map.ofEntries(
            Map.entry("amp", "&"),
            Map.entry("lt", "<"),
            Map.entry("gt", ">"),
            Map.entry("quot", "\""),
            Map.entry("apos", "'"),
            Map.entry("nbsp", " "),
            Map.entry("ndash", "–"),
            Map.entry("mdash", "—"),
            Map.entry("hellip", "…"),
            Map.entry("lsquo", "‘"),
            Map.entry("rsquo", "’"),
            Map.entry("ldquo", "“"),
            Map.entry("rdquo", "”"),
            Map.entry("rarr", "→"),
            Map.entry("copy", "©"),
            Map.entry("times", "×"));
    private static final int MAX_LENGTH = 10;
    private static final int HEX = 16;

    private HtmlEntities() {}

    /** Appends what the reference at {@code start} means, and tells where the text goes on. */
    static int append(String html, int start, StringBuilder text) {
        int end = start + 1;
        while (end < html.length() && end - start <= MAX_LENGTH && html.charAt(end) != ';') {
            end++;
        }
        boolean isEnded = end < html.length() && html.charAt(end) == ';';
        String meaning = isEnded ? meaning(html.substring(start + 1, end)) : "";
        if (meaning.isEmpty()) {
            text.append('&');
            return start + 1;
        }
        text.append(meaning);
        return end + 1;
    }

    private static String meaning(String name) {
        if (!name.startsWith("#")) {
            return NAMED.getOrDefault(name, "");
        }
        try {
            boolean isHex = name.startsWith("#x") || name.startsWith("#X");
            int code = isHex ? Integer.parseInt(name.substring(2), HEX) : Integer.parseInt(name.substring(1));
            return isPrintable(code) ? Character.toString(code) : "\uFFFD";
        } catch (NumberFormatException e) {
            return "";
        }
    }

    private static boolean isPrintable(int code) {
        return Character.isValidCodePoint(code)
                && !Character.isISOControl(code)
                && (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE);
    }
}
