package io.synapse.query;

import io.synapse.protocol.Body;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Utf8;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * An entry of a query's stream: thoughts, of which the nth stands at offset n, so that its offset is its {@code seq};
 * then, if it was interrupted, the news of that; then exactly one result. Immutable.
 */
public sealed interface QueryEvent {

    /** The memory an entry takes beside its text, roughly. */
    int OVERHEAD_BYTES = 96;

    /**
     * The memory the entry takes.
     *
     * @return bytes, roughly
     */
    int bytes();

    /**
     * When it was appended.
     *
     * @return milliseconds since the query was accepted
     */
    long afterMillis();

    /**
     * A thought.
     *
     * @param type what kind of step
     * @param content the step
     * @param confidence 0 to 1, if known
     * @param timestamp epoch milliseconds
     * @param afterMillis since the query was accepted
     */
    record ThoughtEvent(String type, String content, OptionalDouble confidence, long timestamp, long afterMillis)
            implements QueryEvent {
        @Override
        public int bytes() {
            return OVERHEAD_BYTES + type.length() + Utf8.length(content);
        }
    }

    /**
     * How far a long step has come; it has a position as a thought has.
     *
     * @param percent 0 to 100, if known
     * @param message what is being done
     * @param timestamp epoch milliseconds
     * @param afterMillis since the query was accepted
     */
    record ProgressEvent(OptionalInt percent, String message, long timestamp, long afterMillis) implements QueryEvent {

        /** The same as a thought. */
        ThoughtEvent thought() {
            String text = percent.isPresent() ? percent.getAsInt() + "% " + message : message;
            return new ThoughtEvent("progress", text, OptionalDouble.empty(), timestamp, afterMillis);
        }

        @Override
        public int bytes() {
            return OVERHEAD_BYTES + Utf8.length(message);
        }
    }

    /**
     * The query was interrupted; its result follows.
     *
     * @param reason why
     * @param afterMillis since the query was accepted
     */
    record InterruptedEvent(String reason, long afterMillis) implements QueryEvent {
        @Override
        public int bytes() {
            return OVERHEAD_BYTES + reason.length();
        }
    }

    /**
     * The end.
     *
     * @param status how it ended
     * @param data what is in it beside how it ended
     * @param lastSeq the seq of the last thought
     * @param body the payload for clients
     * @param bytes the memory it takes
     * @param afterMillis since the query was accepted
     */
    record ResultEvent(QueryStatus status, RawJson data, long lastSeq, Body body, int bytes, long afterMillis)
            implements QueryEvent {}
}
