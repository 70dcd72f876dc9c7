package io.synapse.testing;

import io.synapse.config.ConversationConfig;
import io.synapse.config.DoubleTexting;
import io.synapse.conversation.ConversationStore;
import io.synapse.conversation.MemoryConversations;
import io.synapse.platform.Counters;
import io.synapse.query.ConversationGate;
import java.time.Duration;

/** Conversations for tests, with small bounds. */
public final class Conversations {

    /** How long they are kept. */
    public static final Duration KEEP = Duration.ofHours(1);

    /** Bounds of everything. */
    public static final ConversationConfig CONFIG =
            new ConversationConfig(DoubleTexting.ENQUEUE, 3, 20, 1 << 16, 50, 20, 1 << 20, KEEP, 10);

    private Conversations() {}

    /** Conversations in memory. */
    public static MemoryConversations store(ManualTimers timers, Counters counters) {
        return new MemoryConversations(CONFIG, timers.ticker(), timers, counters);
    }

    /** The gate before such conversations. */
    public static ConversationGate gate(ConversationStore store, Counters counters) {
        return new ConversationGate(store, CONFIG, counters);
    }

    /** The gate before conversations that nobody looks at. */
    public static ConversationGate gate(ManualTimers timers, Counters counters) {
        return gate(store(timers, counters), counters);
    }
}
