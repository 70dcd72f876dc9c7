package io.synapse.engine;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One query as an engine sees it. Immutable.
 *
 * @param tenant whose client asks, as its credential says; empty where there are no tenants. What one tenant asks and is
 *     told must not reach another
 * @param agent the agent asked, from the topic {@code cortex:<agent>}
 * @param ref the client's name for the query; with {@code tenant} and {@code agent} its identity
 * @param text the question itself, not blank
 * @param priority 0 (may wait) to 9 (urgent), 5 if the client did not say
 * @param deadline when the query times out
 * @param pace words per second the client asked for, 0 for as fast as possible; empty if it did not say
 * @param traceparent the W3C trace context the client sent, if any; not validated
 * @param history what was said in the conversation before, the oldest first; empty if the query is of none. Bounded by
 *     {@code synapse.conversation.turns} and {@code synapse.conversation.bytes}
 */
public record Question(
        String tenant,
        String agent,
        String ref,
        String text,
        int priority,
        Instant deadline,
        OptionalDouble pace,
        Optional<String> traceparent,
        List<EarlierTurn> history) {

    /** The priority of a query that names none. */
    public static final int DEFAULT_PRIORITY = 5;

    /**
     * A question of no tenant and no conversation.
     *
     * @param agent the agent asked
     * @param ref the client's name for the query
     * @param text the question itself
     * @param priority 0 to 9
     * @param deadline when the query times out
     * @param pace words per second, if the client said
     * @param traceparent the W3C trace context, if any
     */
    public Question(
            String agent,
            String ref,
            String text,
            int priority,
            Instant deadline,
            OptionalDouble pace,
            Optional<String> traceparent) {
        this("", agent, ref, text, priority, deadline, pace, traceparent, List.of());
    }

    /** Checks that nothing is missing, and copies the history. */
    public Question {
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(agent, "agent");
        Objects.requireNonNull(ref, "ref");
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(deadline, "deadline");
        Objects.requireNonNull(pace, "pace");
        Objects.requireNonNull(traceparent, "traceparent");
        history = List.copyOf(history);
    }

    /**
     * The same question in a conversation.
     *
     * @param turns what was said before, the oldest first
     * @return with this history
     */
    public Question after(List<EarlierTurn> turns) {
        return new Question(tenant, agent, ref, text, priority, deadline, pace, traceparent, turns);
    }

    /**
     * The same question with another text, for what an engine hands on.
     *
     * @param other the text
     * @return a copy
     */
    public Question withText(String other) {
        return new Question(tenant, agent, ref, other, priority, deadline, pace, traceparent, List.of());
    }
}
