package io.synapse.query;

import io.synapse.engine.Thought;
import io.synapse.protocol.Body;
import io.synapse.query.QueryEvent.ThoughtEvent;
import io.synapse.stream.PositionedStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A stretch of a query's thoughts as one, for a client that comes late (ledger B6): the pieces of the answer's text put
 * together, and of all other thoughts how many there were of each type. Immutable.
 *
 * @param after the seq of the last thought before it
 * @param seq that of the last thought in it
 * @param text of the answer
 * @param steps how many other thoughts, by type, in the order in which the types first came
 * @param more whether another part follows, since this one is full
 */
record Snapshot(long after, long seq, String text, Map<String, Integer> steps, boolean more) {

    /** The longest text of a part, in characters, unless it is one piece; small beside the outbox. */
    static final int MAX_LENGTH = 32 * 1024;

    /** The most types of a part. */
    static final int MAX_TYPES = 32;

    private static final int BATCH = 256;

    /**
     * As much of a stretch as fits.
     *
     * @param stream of a query
     * @param after the seq of the last thought before the stretch
     * @param upTo the seq of its last thought, which is there
     */
    static Snapshot of(PositionedStream<QueryEvent> stream, long after, long upTo) {
        StringBuilder text = new StringBuilder();
        Map<String, Integer> steps = new LinkedHashMap<>();
        long seq = after;
        while (seq < upTo) {
            List<QueryEvent> entries =
                    stream.read(seq, (int) Math.min(BATCH, upTo - seq)).entries();
            for (QueryEvent entry : entries) {
                if (!take(entry, text, steps, seq == after)) {
                    return new Snapshot(after, seq, text.toString(), steps, true);
                }
                seq++;
            }
        }
        return new Snapshot(after, seq, text.toString(), steps, false);
    }

    /** False if it has no room for the entry. */
    private static boolean take(QueryEvent entry, StringBuilder text, Map<String, Integer> steps, boolean isFirst) {
        if (entry instanceof ThoughtEvent thought && thought.type().equals(Thought.TEXT)) {
            if (!isFirst && text.length() + thought.content().length() > MAX_LENGTH) {
                return false;
            }
            text.append(thought.content());
            return true;
        }
        String type = entry instanceof ThoughtEvent thought ? thought.type() : "progress";
        if (steps.size() == MAX_TYPES && !steps.containsKey(type)) {
            return false;
        }
        steps.merge(type, 1, Integer::sum);
        return true;
    }

    /** The payload for clients: {@code {ref,after_seq,seq,text,steps?,more?}}. */
    Body body(String ref) {
        return generator -> {
            generator.writeStartObject();
            generator.writeStringField("ref", ref);
            generator.writeNumberField("after_seq", after);
            generator.writeNumberField("seq", seq);
            generator.writeStringField("text", text);
            if (!steps.isEmpty()) {
                generator.writeObjectFieldStart("steps");
                for (Map.Entry<String, Integer> step : steps.entrySet()) {
                    generator.writeNumberField(step.getKey(), step.getValue());
                }
                generator.writeEndObject();
            }
            if (more) {
                generator.writeBooleanField("more", true);
            }
            generator.writeEndObject();
        };
    }
}
