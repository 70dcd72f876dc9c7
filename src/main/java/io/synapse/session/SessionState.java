package io.synapse.session;

import io.synapse.stream.Position;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a client held: data only, so that it can be kept anywhere. Immutable.
 *
 * @param topics its subscriptions
 * @param queries the queries it followed
 * @param events the only events it wanted; empty means all
 */
public record SessionState(List<Topic> topics, List<Query> queries, Set<String> events) {

    /** Of a client that held nothing. */
    public static final SessionState NOTHING = new SessionState(List.of(), List.of(), Set.of());

    /** About what one part takes beside its texts. */
    private static final int OVERHEAD_BYTES = 128;

    /** Copies the collections. */
    public SessionState {
        topics = List.copyOf(topics);
        queries = List.copyOf(queries);
        events = Set.copyOf(events);
    }

    /**
     * A subscription.
     *
     * @param target the topic or pattern
     * @param events only these; empty means all
     * @param policy the word for what happens when it reads too slowly
     * @param serves whether it received what is for those who serve the topic
     * @param sent the last message that was given to the connection
     * @param acknowledged the last message that the client has acknowledged; empty if it was not asked to
     */
    public record Topic(
            String target,
            Set<String> events,
            String policy,
            boolean serves,
            Position sent,
            Optional<Position> acknowledged) {

        /** Copies the set. */
        public Topic {
            events = Set.copyOf(events);
        }

        private int bytes() {
            return OVERHEAD_BYTES + memory(target) + memory(sent.epoch()) + memory(events);
        }
    }

    /**
     * A query that was followed.
     *
     * @param agent the agent
     * @param ref the client's name for the query
     * @param sent the seq of the last thought that was given to the connection
     */
    public record Query(String agent, String ref, long sent) {
        private int bytes() {
            return OVERHEAD_BYTES + memory(agent) + memory(ref);
        }
    }

    /**
     * The memory it takes.
     *
     * @return bytes, roughly and rather too many
     */
    public int bytes() {
        return OVERHEAD_BYTES
                + topics.stream().mapToInt(Topic::bytes).sum()
                + queries.stream().mapToInt(Query::bytes).sum()
                + memory(events);
    }

    private static int memory(String text) {
        return 2 * text.length();
    }

    private static int memory(Set<String> texts) {
        return texts.stream().mapToInt(text -> OVERHEAD_BYTES + memory(text)).sum();
    }
}
