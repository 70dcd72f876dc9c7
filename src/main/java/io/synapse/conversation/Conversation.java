package io.synapse.conversation;

import io.synapse.conversation.ConversationStore.Page;
import io.synapse.conversation.ConversationStore.Summary;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The turns of one conversation that are kept. Guarded by the store's lock. */
final class Conversation {

    /** About what a conversation takes beside its turns and the texts of its key. */
    private static final int OVERHEAD_BYTES = 384;

    private final ConversationKey key;
    private final List<Turn> turns = new ArrayList<>();
    private long gone;
    private long bytes;
    private Instant lastUsed = Instant.EPOCH;
    private long usedAt;

    Conversation(ConversationKey key) {
        this.key = key;
        bytes = OVERHEAD_BYTES
                + 2L * (key.subject().length() + key.agent().length() + key.id().length());
    }

    /** Adds a turn; returns how many have gone for it. */
    int add(Turn turn, int maxTurns, long maxBytes) {
        turns.add(turn);
        bytes += turn.bytes();
        lastUsed = turn.ended();
        int dropped = 0;
        while (dropped < turns.size() && (turns.size() - dropped > maxTurns || bytes > maxBytes)) {
            bytes -= turns.get(dropped).bytes();
            dropped++;
        }
        turns.subList(0, dropped).clear();
        gone += dropped;
        return dropped;
    }

    List<Turn> context() {
        return turns.stream().filter(Turn::inContext).toList();
    }

    Page page(long after, int limit) {
        long from = Math.max(after, gone);
        int first = (int) Math.min(turns.size(), from - gone);
        int last = (int) Math.min(turns.size(), (long) first + limit);
        return new Page(gone + first + 1, turns.subList(first, last), after >= gone, last < turns.size());
    }

    Summary summary() {
        return new Summary(key.id(), turns.size(), bytes, lastUsed);
    }

    int turns() {
        return turns.size();
    }

    long bytes() {
        return bytes;
    }

    /** When it was used last, by the ticker. */
    long usedAt() {
        return usedAt;
    }

    void used(long now) {
        usedAt = now;
    }
}
