package io.synapse.protocol;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A name of topics, in which {@code *} stands for one whole segment and {@code **}, as the last segment, for one or more.
 * Segments are divided by {@code :}, {@code .} or {@code /}. Immutable.
 *
 * @param text as it was written
 * @param segments its parts, without what divides them
 */
public record TopicPattern(String text, List<String> segments) {

    private static final String ONE = "*";
    private static final String REST = "**";
    private static final Pattern DIVIDER = Pattern.compile("[:./]");
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
        return Optional.of(new TopicPattern(text, segments));
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
     * Whether every topic that another one names is named by this one too.
     *
     * @param other a topic or a pattern
     * @return whether this one is at least as wide
     */
    public boolean covers(TopicPattern other) {
        for (int i = 0; i < segments.size(); i++) {
            String mine = segments.get(i);
            if (i >= other.segments.size()) {
                return false;
            }
            if (mine.equals(REST)) {
                return true;
            }
            String theirs = other.segments.get(i);
            if (theirs.equals(REST) || !mine.equals(ONE) && !mine.equals(theirs)) {
                return false;
            }
        }
        return segments.size() == other.segments.size() && sameDividers(other);
    }

    // a:b and a.b are two topics; what divides the segments counts unless a rest has swallowed it.
    private boolean sameDividers(TopicPattern other) {
        return dividers(text).equals(dividers(other.text));
    }

    private static String dividers(String text) {
        StringBuilder found = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (":./".indexOf(text.charAt(i)) >= 0) {
                found.append(text.charAt(i));
            }
        }
        return found.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
