package io.synapse.query;

import io.synapse.protocol.RawJson;
import io.synapse.query.QueryEvent.InterruptedEvent;
import io.synapse.query.QueryEvent.ProgressEvent;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.query.QueryEvent.ThoughtEvent;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Entries of a query's stream as text, for other nodes: a letter, then the fields with a tab after each but the last, which
 * may hold anything.
 */
public final class WrittenEvents {

    /** What an entry begins with that says that the query was interrupted. */
    public static final String INTERRUPTED = "I";
    /** What a result begins with. */
    public static final String RESULT = "R";

    private static final char TAB = '\t';

    private WrittenEvents() {}

    /**
     * The text of an entry.
     *
     * @param event of a query
     * @return what {@link #read} reads
     */
    public static String write(QueryEvent event) {
        if (event instanceof ThoughtEvent thought) {
            String confidence = thought.confidence().isPresent()
                    ? Double.toString(thought.confidence().getAsDouble())
                    : "";
            return "T" + thought.timestamp() + TAB + thought.afterMillis() + TAB + confidence + TAB
                    + thought.type().length() + TAB + thought.type() + thought.content();
        }
        if (event instanceof ProgressEvent progress) {
            String percent = progress.percent().isPresent()
                    ? Integer.toString(progress.percent().getAsInt())
                    : "";
            return "P" + progress.timestamp() + TAB + progress.afterMillis() + TAB + percent + TAB + progress.message();
        }
        if (event instanceof InterruptedEvent interrupted) {
            return INTERRUPTED + interrupted.afterMillis() + TAB + interrupted.reason();
        }
        ResultEvent result = (ResultEvent) event;
        return head(result.status(), result.bytes())
                + result.afterMillis()
                + TAB
                + result.lastSeq()
                + TAB
                + result.data().text();
    }

    /** What a result begins with, up to the time it took. */
    private static String head(QueryStatus status, int bytes) {
        return RESULT + status.word() + TAB + bytes + TAB;
    }

    /**
     * The result of a query whose node was lost.
     *
     * @param ref of the query
     * @return it without how long it took, and how many thoughts there are
     */
    public static Unfinished nodeLost(String ref) {
        ResultEvent result =
                ResultBodies.encode(ref, QueryStatus.ERROR, Ending.nodeLost().data(), 0, 0);
        return new Unfinished(
                head(result.status(), result.bytes()), result.data().text());
    }

    /**
     * A result of which two numbers are missing, both with a tab after them: the milliseconds it took, and the seq of the
     * last thought.
     *
     * @param before what comes before the numbers
     * @param after what comes after them
     */
    public record Unfinished(String before, String after) {}

    /**
     * Reads an entry.
     *
     * @param ref of the query
     * @param text of {@link #write}
     * @return the entry
     * @throws IllegalArgumentException if it is no entry
     */
    public static QueryEvent read(String ref, String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("an entry is empty");
        }
        String fields = text.substring(1);
        return switch (text.charAt(0)) {
            case 'T' -> thought(fields.split("\t", 5));
            case 'P' -> progress(fields.split("\t", 4));
            case 'I' -> {
                String[] parts = fields.split("\t", 2);
                yield new InterruptedEvent(parts[1], Long.parseLong(parts[0]));
            }
            case 'R' -> result(ref, fields.split("\t", 5));
            default -> throw new IllegalArgumentException("no kind of entry: " + text.charAt(0));
        };
    }

    private static ThoughtEvent thought(String[] parts) {
        int length = Integer.parseInt(parts[3]);
        return new ThoughtEvent(
                parts[4].substring(0, length),
                parts[4].substring(length),
                parts[2].isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(parts[2])),
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]));
    }

    private static ProgressEvent progress(String[] parts) {
        return new ProgressEvent(
                parts[2].isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(parts[2])),
                parts[3],
                Long.parseLong(parts[0]),
                Long.parseLong(parts[1]));
    }

    private static ResultEvent result(String ref, String[] parts) {
        QueryStatus status = Arrays.stream(QueryStatus.values())
                .filter(known -> known.word().equals(parts[0]))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no status: " + parts[0]));
        long took = Long.parseLong(parts[2]);
        long lastSeq = Long.parseLong(parts[3]);
        RawJson data = RawJson.of(generator -> generator.writeRawValue(parts[4]));
        return ResultBodies.event(ref, status, data, Integer.parseInt(parts[1]), took, lastSeq);
    }
}
