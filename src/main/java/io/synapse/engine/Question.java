package io.synapse.engine;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One query as an engine sees it. Immutable.
 *
 * @param agent the agent asked, from the topic {@code cortex:<agent>}
 * @param ref the client's name for the query; with {@code agent} its identity
 * @param text the question itself, not blank
 * @param priority 0 (may wait) to 9 (urgent), 5 if the client did not say
 * @param deadline when the query times out
 * @param pace words per second the client asked for, 0 for as fast as possible; empty if it did not say
 * @param traceparent the W3C trace context the client sent, if any; not validated
 */
public record Question(
        String agent,
        String ref,
        String text,
        int priority,
        Instant deadline,
        OptionalDouble pace,
        Optional<String> traceparent) {

    /** The priority of a query that names none. */
    public static final int DEFAULT_PRIORITY = 5;

    /** Checks that nothing is missing. */
    public Question {
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(deadline, "deadline");
        Objects.requireNonNull(pace, "pace");
        Objects.requireNonNull(traceparent, "traceparent");
    }

    /**
     * The same question with another text, for what an engine hands on.
     *
     * @param other the text
     * @return a copy
     */
    public Question withText(String other) {
        return new Question(agent, ref, other, priority, deadline, pace, traceparent);
    }
}
