package io.synapse.conversation;

import io.synapse.config.ConversationConfig;

class MemoryConversationsTest extends ConversationStoreContract {

    @Override
    protected ConversationStore open(ConversationConfig config) {
        return new MemoryConversations(config, timers.ticker(), timers, counters);
    }
}
