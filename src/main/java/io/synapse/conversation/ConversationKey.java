package io.synapse.conversation;

import java.util.Comparator;

/**
 * What a conversation is found by. The id means nothing for anybody else: another subject that says the same, or the same
 * subject to another agent, has another conversation.
 *
 * @param subject who asks
 * @param agent who is asked
 * @param id the subject's own name for it
 */
public record ConversationKey(String subject, String agent, String id) implements Comparable<ConversationKey> {

    private static final Comparator<ConversationKey> ORDER = Comparator.comparing(ConversationKey::subject)
            .thenComparing(ConversationKey::agent)
            .thenComparing(ConversationKey::id);

    /** Those of one subject and agent stand together, in the order of their ids. */
    @Override
    public int compareTo(ConversationKey other) {
        return ORDER.compare(this, other);
    }
}
