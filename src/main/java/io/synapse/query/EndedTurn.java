package io.synapse.query;

import io.synapse.conversation.Turn;
import io.synapse.engine.Thought;
import io.synapse.query.QueryEvent.ThoughtEvent;
import java.time.Instant;
import java.util.OptionalLong;

/** What a conversation keeps of a query that has ended: what its followers were shown, and nothing else. */
final class EndedTurn {

    private EndedTurn() {}

    /** Of a query whose stream is sealed. */
    static Turn of(RunningQuery query, Ending ending, Instant ended) {
        boolean truncated = ending.status() != QueryStatus.SUCCESS;
        String shown = shown(query);
        if (shown.isEmpty() && !truncated && ending.data().get("answer") instanceof String answer) {
            // An engine may say all of it at once, in the result.
            shown = answer;
        }
        // What failed without a word is asked again, mostly; what was interrupted is built upon.
        boolean inContext = !shown.isEmpty() || !truncated || ending.status() == QueryStatus.INTERRUPTED;
        return new Turn(
                query.id().ref(),
                query.request().question(),
                shown,
                ending.status().word(),
                inContext,
                query.acceptedAt(),
                ended,
                truncated ? OptionalLong.of(query.lastSeq()) : OptionalLong.empty());
    }

    private static String shown(RunningQuery query) {
        StringBuilder text = new StringBuilder();
        for (QueryEvent event : query.stream().read(0, Integer.MAX_VALUE).entries()) {
            if (event instanceof ThoughtEvent thought && thought.type().equals(Thought.TEXT)) {
                text.append(thought.content());
            }
        }
        return text.toString();
    }
}
