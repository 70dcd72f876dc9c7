package io.synapse.query;

import io.synapse.engine.Toolbox;
import io.synapse.protocol.OnDisconnect;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A query as it is asked. Two requests with the same id are the same query if they ask the same, whoever asks.
 *
 * @param id which query
 * @param payer who pays for it: the first who asks
 * @param question what is asked
 * @param priority 0 to 9
 * @param timeout how long it may take from now; at most the configured maximum
 * @param pace words per second, if the client asked for one
 * @param onDisconnect what happens when nobody follows any more
 * @param traceparent the W3C trace context, if given
 * @param channel the channel it was asked on, if it was; its thoughts and its result name it
 * @param tool the name of the tool that is called, if it is a call; the question then is its arguments, as JSON
 * @param toolbox what the engine may call for the one who asked first
 * @param conversation the conversation it is of, if it is of one
 */
public record QueryRequest(
        QueryId id,
        Payer payer,
        String question,
        int priority,
        Duration timeout,
        OptionalDouble pace,
        OnDisconnect onDisconnect,
        Optional<String> traceparent,
        Optional<String> channel,
        Optional<String> tool,
        Toolbox toolbox,
        Optional<InConversation> conversation) {

    /**
     * Whether another request asks the same. A client that repeats its query after a lost connection sends another trace
     * context, so that is left out; and another subject may join in what runs for the first, unless it is of a conversation.
     * What a query does that finds others before it has been done when it is repeated, so that is left out, too.
     *
     * @param other the request to compare
     * @return true if the second may be served by the first
     */
    public boolean asksTheSame(QueryRequest other) {
        return id.equals(other.id)
                && question.equals(other.question)
                && tool.equals(other.tool)
                && priority == other.priority
                && timeout.equals(other.timeout)
                && pace.equals(other.pace)
                && onDisconnect.equals(other.onDisconnect)
                && conversation.map(InConversation::key).equals(other.conversation.map(InConversation::key));
    }

    /**
     * Whether a subject may know of this query: those of conversations are known to who asked them only.
     *
     * @param subject who wants to follow it, or to stop it
     * @return false if it is of somebody else's conversation
     */
    public boolean isFor(String subject) {
        return conversation.map(of -> of.key().subject().equals(subject)).orElse(true);
    }
}
