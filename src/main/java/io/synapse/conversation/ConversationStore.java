package io.synapse.conversation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The conversations of a node or of a cluster: whoever uses it cannot tell, and {@code ConversationStoreContract} in the
 * tests says what both must do. Bounded. Safe for use by many threads; nothing waits, and nobody is told anything with a
 * lock held.
 */
public interface ConversationStore {

    /**
     * A part of a conversation.
     *
     * @param first the number of the first turn, if there are any: they count from 1, and without holes
     * @param turns in order
     * @param complete whether nothing is gone of what was asked for
     * @param more whether there are turns behind these
     */
    record Page(long first, List<Turn> turns, boolean complete, boolean more) {

        /** Copies the list. */
        public Page {
            turns = List.copyOf(turns);
        }
    }

    /**
     * A conversation as a list shows it.
     *
     * @param id the subject's name for it
     * @param turns how many are kept
     * @param bytes their memory
     * @param lastUsed when its last turn ended
     */
    record Summary(String id, int turns, long bytes, Instant lastUsed) {}

    /**
     * A part of a list of conversations.
     *
     * @param conversations in the order of their ids
     * @param more whether there are conversations behind these
     */
    record Listing(List<Summary> conversations, boolean more) {

        /** Copies the list. */
        public Listing {
            conversations = List.copyOf(conversations);
        }
    }

    /**
     * How much there is.
     *
     * @param conversations how many
     * @param turns of all of them
     * @param bytes their memory
     */
    record Status(int conversations, int turns, long bytes) {}

    /**
     * Adds a turn, and begins the conversation with it if there is none. Its oldest turns go if it is larger than it may be
     * then; a turn that is larger by itself goes, too. What is asked after the call has returned knows of it.
     *
     * @param key which
     * @param turn ended
     */
    void append(ConversationKey key, Turn turn);

    /**
     * What the next query is told. The conversation counts as used.
     *
     * @param key which
     * @return the turns that are meant for it, in order; none if there is no such conversation
     */
    CompletionStage<List<Turn>> context(ConversationKey key);

    /**
     * Reads turns, also those that the next query is not told of.
     *
     * @param key which
     * @param after the number of the last turn that the reader has, 0 for none
     * @param limit how many at most; 1 or more
     * @return empty if there is no such conversation
     */
    CompletionStage<Optional<Page>> read(ConversationKey key, long after, int limit);

    /**
     * Lists the conversations of a subject with an agent.
     *
     * @param subject whose
     * @param agent with whom
     * @param after the id of the last one that the reader has; empty for none
     * @param limit how many at most; 1 or more
     * @return in the order of their ids
     */
    CompletionStage<Listing> list(String subject, String agent, String after, int limit);

    /**
     * Forgets a conversation. One that begins later under the same key is another one, whose turns count from 1.
     *
     * @param key which
     * @return false if there was none
     */
    CompletionStage<Boolean> delete(ConversationKey key);

    /**
     * How much there is.
     *
     * @return figures of one moment
     */
    Status status();
}
