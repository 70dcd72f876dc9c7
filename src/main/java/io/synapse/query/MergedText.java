package io.synapse.query;

import io.synapse.engine.Thought;
import io.synapse.query.QueryEvent.ThoughtEvent;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Neighbouring pieces of an answer's text as one thought, for a client that reads more slowly than the engine writes:
 * the same text in fewer frames (ledger B5). Only pieces of text merge: any other thought is a step of its own.
 */
final class MergedText {

    /** The longest text of a merged thought, in characters; small beside the outbox, so that none clogs it. */
    static final int MAX_LENGTH = 16 * 1024;

    private MergedText() {}

    /**
     * How many entries merge into one.
     *
     * @param entries of a query's stream, in order
     * @param from the first of them
     * @param atMost how many may
     * @return 1 or more
     */
    static int count(List<QueryEvent> entries, int from, long atMost) {
        int count = 0;
        long length = 0;
        while (count < atMost && from + count < entries.size() && isText(entries.get(from + count))) {
            length += ((ThoughtEvent) entries.get(from + count)).content().length();
            if (count > 0 && length > MAX_LENGTH) {
                break;
            }
            count++;
        }
        return Math.max(1, count);
    }

    /** The thought that some entries merge into; all of them are pieces of text. */
    static ThoughtEvent of(List<QueryEvent> entries) {
        StringBuilder text = new StringBuilder();
        long timestamp = 0;
        long afterMillis = 0;
        for (QueryEvent entry : entries) {
            ThoughtEvent piece = (ThoughtEvent) entry;
            text.append(piece.content());
            timestamp = piece.timestamp();
            afterMillis = piece.afterMillis();
        }
        return new ThoughtEvent(Thought.TEXT, text.toString(), OptionalDouble.empty(), timestamp, afterMillis);
    }

    private static boolean isText(QueryEvent entry) {
        return entry instanceof ThoughtEvent thought
                && thought.type().equals(Thought.TEXT)
                && thought.confidence().isEmpty();
    }
}
