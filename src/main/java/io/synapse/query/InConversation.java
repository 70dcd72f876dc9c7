package io.synapse.query;

import io.synapse.config.DoubleTexting;
import io.synapse.conversation.ConversationKey;
import java.util.Optional;

/**
 * The conversation that a query is of.
 *
 * @param key which; the subject is who asks
 * @param doubleTexting what the query does if another one of the conversation is before it, if it says so
 */
public record InConversation(ConversationKey key, Optional<DoubleTexting> doubleTexting) {}
