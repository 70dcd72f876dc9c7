package io.synapse.conversation;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * One query of a conversation that has ended. Data only, so that it can be kept anywhere. Immutable.
 *
 * @param ref the client's name for the query
 * @param question what was asked
 * @param answer the text that was shown: all of it, or what there was of it before the query was stopped; may be empty
 * @param status the word of its result
 * @param inContext whether the next query of the conversation is told of it
 * @param started when it was accepted
 * @param ended when it had its result
 * @param truncatedAtSeq the seq of its last thought, if the answer may end before its end
 */
public record Turn(
        String ref,
        String question,
        String answer,
        String status,
        boolean inContext,
        Instant started,
        Instant ended,
        OptionalLong truncatedAtSeq) {

    /** About what a turn takes beside its texts. */
    private static final int OVERHEAD_BYTES = 192;

    /**
     * The memory it takes.
     *
     * @return bytes, roughly and rather too many
     */
    public long bytes() {
        return OVERHEAD_BYTES + 2L * (ref.length() + question.length() + answer.length() + status.length());
    }
}
