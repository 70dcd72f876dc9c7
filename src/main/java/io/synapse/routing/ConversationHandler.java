package io.synapse.routing;

import io.synapse.conversation.ConversationKey;
import io.synapse.conversation.ConversationStore;
import io.synapse.conversation.ConversationStore.Page;
import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage.DeleteConversation;
import io.synapse.protocol.ClientMessage.ListConversations;
import io.synapse.protocol.ClientMessage.ReadConversation;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.query.ConversationGate;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Everything about conversations that a client can say, but for what a query says of its own. A client reaches the
 * conversations of its subject with the agent it talks to, and no others. Safe for use by many threads.
 */
public final class ConversationHandler {

    private static final System.Logger LOGGER = System.getLogger(ConversationHandler.class.getName());

    private final ConversationStore store;
    private final ConversationGate gate;
    private final int pageSize;

    /**
     * A handler.
     *
     * @param store keeps the conversations
     * @param gate knows which of them have queries
     * @param pageSize turns, or conversations, in one answer at most
     */
    public ConversationHandler(ConversationStore store, ConversationGate gate, int pageSize) {
        this.store = store;
        this.gate = gate;
        this.pageSize = pageSize;
    }

    void read(CortexSession session, Channel channel, Address address, ReadConversation read) {
        ConversationKey key = channel.conversation(read.id());
        Answers.when(
                store.read(key, read.after(), limit(read.limit())),
                page -> {
                    Optional<String> running = gate.running(key);
                    if (page.isEmpty() && running.isEmpty()) {
                        refuse(session, channel, address, read.id(), Reasons.NOT_FOUND);
                        return;
                    }
                    Page told = page.orElseGet(() -> new Page(1, List.of(), true, false));
                    session.reply(address, ConversationBodies.page(read.id(), told, running));
                },
                failure -> failed(session, channel, address, read.id(), failure));
    }

    void list(CortexSession session, Channel channel, Address address, ListConversations list) {
        Answers.when(
                store.list(channel.owner(), channel.agent(), list.after().orElse(""), limit(list.limit())),
                listing -> session.reply(address, ConversationBodies.list(listing)),
                failure -> failed(session, channel, address, null, failure));
    }

    void delete(CortexSession session, Channel channel, Address address, DeleteConversation delete) {
        Answers.when(
                gate.delete(channel.conversation(delete.id())),
                found -> {
                    if (found) {
                        session.reply(address, Payloads.of("conversation_id", delete.id()));
                    } else {
                        refuse(session, channel, address, delete.id(), Reasons.NOT_FOUND);
                    }
                },
                failure -> failed(session, channel, address, delete.id(), failure));
    }

    private int limit(OptionalInt wanted) {
        return Math.min(wanted.orElse(pageSize), pageSize);
    }

    private static void failed(CortexSession session, Channel channel, Address address, String id, Throwable failure) {
        LOGGER.log(Level.ERROR, "a conversation with " + channel.agent() + " cannot be reached", failure);
        refuse(session, channel, address, id, Reasons.INTERNAL_ERROR);
    }

    private static void refuse(CortexSession session, Channel channel, Address address, String id, String reason) {
        session.refuse(channel, address, Payloads.refusal(reason, "conversation_id", id));
    }
}
