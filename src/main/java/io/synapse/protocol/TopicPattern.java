package io.synapse.protocol;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name of topics, in which {@code *} stands for one whole segment and {@code **}, as the last segment, for one or more.
 * Segments are divided by {@code :}, {@code .} or {@code /}, and {@code a:b} and {@code a.b} are two topics. Immutable.
 *
 * @param tenant whose topics it names; empty for those of nobody in particular. No client can say it: it comes from who the
 *     client is
 * @param text as it was written
 * @param segments its parts, without what divides them
 * @param dividers what divides them, one character less than there are segments
 */
public record TopicPattern(String tenant, String text, List<String> segments, String dividers) {

    private static final String ONE = "*";
    private static final String REST = "**";
    private static final Pattern DIVIDER = Pattern.compile("[:./]");
    private static final Pattern NO_DIVIDER = Pattern.compile("[^:./]+");
    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1," + Address.MAX_TOPIC_LENGTH + "}");

    /** Copies the list. */
    public TopicPattern {
        segments = List.copyOf(segments);
    }

    /**
     * Reads a topic or a pattern.
     *
     * @param text up to {@link Address#MAX_TOPIC_LENGTH} printable characters
     * @return the pattern, or empty if it is none
     */
    public static Optional<TopicPattern> parse(String text) {
        if (!NAME.matcher(text).matches()) {
            return Optional.empty();
        }
        List<String> segments = List.of(DIVIDER.split(text, -1));
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            boolean wild = segment.contains(ONE);
            boolean last = i == segments.size() - 1;
            if (wild && !segment.equals(ONE) && !(last && segment.equals(REST))) {
                return Optional.empty();
            }
        }
        return Optional.of(
                new TopicPattern("", text, segments, NO_DIVIDER.matcher(text).replaceAll("")));
    }

    /**
     * The same of a tenant.
     *
     * @param owner whose topics it is to name; empty for nobody's
     * @return the pattern
     */
    public TopicPattern of(String owner) {
        return owner.equals(tenant) ? this : new TopicPattern(owner, text, segments, dividers);
    }

    /**
     * What it is kept under where the topics of all tenants are together.
     *
     * @return the text, with the tenant before it if there is one; {@link #ofKey} reads it
     */
    public String key() {
        return TenantNames.of(tenant, text);
    }

    /**
     * Reads what {@link #key} wrote.
     *
     * @param key of a topic or a pattern
     * @return the pattern, or empty if it is none
     */
    public static Optional<TopicPattern> ofKey(String key) {
        if (key.isEmpty() || key.charAt(0) != TenantNames.BEGIN) {
            return parse(key);
        }
        int end = key.indexOf(TenantNames.END);
        return end < 0
                ? Optional.empty()
                : parse(key.substring(end + 1)).map(pattern -> pattern.of(key.substring(1, end)));
    }

    /**
     * Whether it is the name of one topic.
     *
     * @return false if it holds a {@code *}
     */
    public boolean isTopic() {
        return text.indexOf('*') < 0;
    }

    /**
     * Whether every topic that another one names is named by this one too; never one of another tenant.
     *
     * @param other a topic or a pattern
     * @return whether this one is at least as wide
     */
    public boolean covers(TopicPattern other) {
        int last = segments.size() - 1;
        boolean open = segments.get(last).equals(REST);
        // A rest takes whatever the other has from there on, and that is one segment at least.
        int named = open ? last : last + 1;
        int others = other.segments.size();
        if (!tenant.equals(other.tenant)) {
            return false;
        }
        if (open ? others <= last : others != named) {
            return false;
        }
        for (int i = 0; i < named; i++) {
            if (!covers(segments.get(i), other.segments.get(i))) {
                return false;
            }
        }
        return other.dividers.startsWith(dividers);
    }

    private static boolean covers(String mine, String theirs) {
        return mine.equals(ONE) && !theirs.equals(REST) || mine.equals(theirs);
    }

    @Override
    public String toString() {
        return text;
    }
}
