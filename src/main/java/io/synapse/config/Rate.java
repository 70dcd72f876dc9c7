package io.synapse.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How often something may happen. Immutable.
 *
 * @param nanosEach the time in which one more becomes possible; 0 for no bound
 * @param burst how often it may happen at once, after a time without
 */
public record Rate(long nanosEach, int burst) {

    /** No bound. */
    public static final Rate OFF = new Rate(0, 0);

    /** The longest time that a whole burst may take to come back: arithmetic on nanoseconds stays exact far beyond it. */
    static final Duration LONGEST = Duration.ofDays(365);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,7})/(P[^/]{1,30})(?:/(\\d{1,7}))?");

    /**
     * Reads a rate.
     *
     * @param text {@code off}, or {@code count/duration} with {@code /burst} if that is not the count
     * @return empty if it is none, or its burst would take more than a year to come back
     */
    static Optional<Rate> parse(String text) {
        if (text.equals("off")) {
            return Optional.of(OFF);
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int count = Integer.parseInt(matcher.group(1));
        int burst = matcher.group(3) == null ? count : Integer.parseInt(matcher.group(3));
        Duration time;
        try {
            time = Duration.parse(matcher.group(2));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
        if (count < 1 || burst < 1 || time.compareTo(Duration.ofMillis(1)) < 0 || time.compareTo(LONGEST) > 0) {
            return Optional.empty();
        }
        // Rounded up: never more often than it says.
        long each = (time.toNanos() + count - 1) / count;
        return each > LONGEST.toNanos() / burst ? Optional.empty() : Optional.of(new Rate(each, burst));
    }

    /**
     * Whether there is a bound at all.
     *
     * @return false if not
     */
    public boolean isBounded() {
        return nanosEach > 0;
    }

    /**
     * The same, so many times as often and with so large a burst.
     *
     * @param factor at least 1
     * @return the rate
     */
    public Rate times(int factor) {
        return isBounded()
                ? new Rate((nanosEach + factor - 1) / factor, (int) Math.min(Integer.MAX_VALUE, (long) burst * factor))
                : this;
    }
}
