package io.synapse.protocol;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** What a client can say. Immutable; every value is within its documented bound. */
public sealed interface ClientMessage extends Inbound {

    /** The longest ref of a query, in characters. */
    int MAX_QUERY_REF_LENGTH = 128;

    /** What the topic of an agent begins with. */
    String AGENT_TOPIC = "cortex:";

    /** The agent that is asked on {@code /ws} when a message names none. */
    String DEFAULT_AGENT = "guide";

    /** An agent's name: any that can be printed; what it means to a database or a shell is no business of ours. */
    Pattern AGENT = Pattern.compile("[^\\p{Cntrl}]{1,128}");

    /** The longest name of a tool, in characters. */
    int MAX_TOOL_NAME_LENGTH = 64;

    /** The longest reason of an interrupt, in characters. */
    int MAX_REASON_LENGTH = 256;

    /** The longest status of a presence, in characters. */
    int MAX_STATUS_LENGTH = 32;

    /**
     * Which of them it is, for an exhaustive switch.
     *
     * @return the kind
     */
    Kind kind();

    /** The kinds of client messages, one for each record below. */
    enum Kind {
        /** {@link Join}. */
        JOIN,
        /** {@link Leave}. */
        LEAVE,
        /** {@link Heartbeat}. */
        HEARTBEAT,
        /** {@link Query}. */
        QUERY,
        /** {@link Interrupt}. */
        INTERRUPT,
        /** {@link Resume}. */
        RESUME,
        /** {@link Ping}. */
        PING,
        /** {@link Presence}. */
        PRESENCE,
        /** {@link PresenceUpdate}. */
        PRESENCE_UPDATE,
        /** {@link Subscribe}. */
        SUBSCRIBE,
        /** {@link Filter}. */
        FILTER,
        /** {@link Unsubscribe}. */
        UNSUBSCRIBE,
        /** {@link Publish}. */
        PUBLISH,
        /** {@link History}. */
        HISTORY,
        /** {@link SubscribeAll}. */
        SUBSCRIBE_ALL,
        /** {@link UnsubscribeAll}. */
        UNSUBSCRIBE_ALL,
        /** {@link ChannelMessage}. */
        CHANNEL_MESSAGE,
        /** {@link Acknowledge}. */
        ACKNOWLEDGE,
        /** {@link Session}. */
        SESSION,
        /** {@link Send}. */
        SEND,
        /** {@link CallTool}. */
        TOOL,
        /** {@link ListTools}. */
        TOOLS,
        /** {@link ReadConversation}. */
        CONVERSATION,
        /** {@link ListConversations}. */
        CONVERSATIONS,
        /** {@link DeleteConversation}. */
        CONVERSATION_DELETE,
        /** {@link Work}. */
        WORK,
        /** {@link Budget}. */
        BUDGET,
        /** {@link Replay}. */
        REPLAY,
        /** {@link Renew}. */
        RENEW
    }

    /**
     * Joins a topic.
     *
     * @param address the topic and the new join
     * @param credential the API key or token offered, if any
     * @param nestedThoughts whether thoughts come as {@code {ref,seq,thought:{…}}}
     * @param resume the ref of a query to follow at once, if any
     * @param afterSeq the seq of its last thought that the client has
     * @param presence whether the client is to be seen, and to see others, on the topic
     * @param session what the client goes on with, if it says so
     */
    record Join(
            Address address,
            Optional<String> credential,
            boolean nestedThoughts,
            Optional<String> resume,
            long afterSeq,
            JoinPresence presence,
            Optional<Resumption> session)
            implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.JOIN;
        }
    }

    /**
     * What a join says about presence.
     *
     * @param wanted whether the client takes part at all
     * @param key what it is listed under, if not under its agent
     */
    record JoinPresence(boolean wanted, Optional<String> key) {

        /** What a join that says nothing means. */
        public static final JoinPresence DEFAULT = new JoinPresence(true, Optional.empty());
    }

    /**
     * What a client goes on with that was connected before.
     *
     * @param session the client's own secret name for it
     * @param positions the last message it has, by topic
     * @param queries how far it has each query, by ref
     */
    record Resumption(String session, Map<String, Since> positions, Map<String, SeenQuery> queries) {

        /** Copies the maps. */
        public Resumption {
            positions = Map.copyOf(positions);
            queries = Map.copyOf(queries);
        }

        /**
         * The same with one more query.
         *
         * @param ref the client's name for the query
         * @param afterSeq the seq of the last thought that the client has
         * @return with this position, whatever it said of this query before
         */
        public Resumption with(String ref, long afterSeq) {
            Map<String, SeenQuery> more = new HashMap<>(queries);
            more.put(ref, new SeenQuery(Optional.empty(), afterSeq));
            return new Resumption(session, positions, more);
        }

        // The name must not find its way into a log.
        @Override
        public String toString() {
            return "Resumption[" + positions + ", " + queries + "]";
        }
    }

    /**
     * How far a client has a query whose result it has not seen.
     *
     * @param agent the agent, where the message names none
     * @param afterSeq the seq of the last thought that the client has, 0 for none
     */
    record SeenQuery(Optional<String> agent, long afterSeq) {}

    /**
     * Goes on with a session, as {@link Join} does, on a socket without joins.
     *
     * @param address where the client says so
     * @param resumption what it goes on with
     */
    record Session(Address address, Resumption resumption) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.SESSION;
        }
    }

    /**
     * Leaves a topic.
     *
     * @param address the topic
     */
    record Leave(Address address) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.LEAVE;
        }
    }

    /**
     * Asks whether the connection lives.
     *
     * @param address what to quote
     */
    record Heartbeat(Address address) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.HEARTBEAT;
        }
    }

    /**
     * Asks the agent a question.
     *
     * @param address the agent's topic
     * @param ref the client's name for the query
     * @param question what is asked
     * @param priority 0 to 9, if given
     * @param timeoutMillis at least 1, if given
     * @param pace words per second, 0 for as fast as possible, if given
     * @param onDisconnect what happens when nobody follows any more
     * @param afterSeq the seq of the last thought that the client has, 0 for none
     * @param snapshot whether, if the query exists already, what there is of it comes as a snapshot
     * @param traceparent the W3C trace context, if given
     * @param conversation the conversation it is of, if it is of one
     */
    record Query(
            Address address,
            String ref,
            String question,
            OptionalInt priority,
            OptionalLong timeoutMillis,
            OptionalDouble pace,
            OnDisconnect onDisconnect,
            long afterSeq,
            boolean snapshot,
            Optional<String> traceparent,
            Optional<OfConversation> conversation)
            implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.QUERY;
        }
    }

    /**
     * What a query says of its conversation.
     *
     * @param id the client's name for it
     * @param doubleTexting the word for what happens if another query of it is before this one, if given
     */
    record OfConversation(String id, Optional<String> doubleTexting) {}

    /**
     * Reads a conversation.
     *
     * @param address the agent's topic
     * @param id the client's name for it
     * @param after the number of the last turn that the client has, 0 for none
     * @param limit how many turns at most, if given
     */
    record ReadConversation(Address address, String id, long after, OptionalInt limit) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.CONVERSATION;
        }
    }

    /**
     * Lists the client's conversations with an agent.
     *
     * @param address the agent's topic
     * @param after the id of the last one that the client has, if given
     * @param limit how many at most, if given
     */
    record ListConversations(Address address, Optional<String> after, OptionalInt limit) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.CONVERSATIONS;
        }
    }

    /**
     * Forgets a conversation.
     *
     * @param address the agent's topic
     * @param id the client's name for it
     */
    record DeleteConversation(Address address, String id) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.CONVERSATION_DELETE;
        }
    }

    /**
     * Has a tool do something.
     *
     * @param address the agent's topic
     * @param ref the client's name for the call
     * @param name the tool's
     * @param arguments a JSON object
     * @param priority 0 to 9, if given
     * @param timeoutMillis at least 1, if given
     * @param onDisconnect what happens when nobody follows any more
     * @param afterSeq the seq of the last progress that the client has, 0 for none
     * @param traceparent the W3C trace context, if given
     */
    record CallTool(
            Address address,
            String ref,
            String name,
            RawJson arguments,
            OptionalInt priority,
            OptionalLong timeoutMillis,
            OnDisconnect onDisconnect,
            long afterSeq,
            Optional<String> traceparent)
            implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.TOOL;
        }
    }

    /**
     * Asks which tools there are.
     *
     * @param address where the client says so
     */
    record ListTools(Address address) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.TOOLS;
        }
    }

    /**
     * Serves an agent.
     *
     * @param address the agent's topic, where an agent is meant
     * @param said what the worker says
     */
    record Work(Address address, WorkerMessage said) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.WORK;
        }
    }

    /**
     * Asks what is left of the client's budget.
     *
     * @param address where the client says so
     */
    record Budget(Address address) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.BUDGET;
        }
    }

    /**
     * Shows another credential of the same client, before the present one expires.
     *
     * @param address the topic whose join it is for, or the connection's own
     * @param credential the new one
     */
    record Renew(Address address, String credential) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.RENEW;
        }

        // This text may reach a log.
        @Override
        public String toString() {
            return "Renew[" + address + "]";
        }
    }

    /**
     * Has a query shown again that has ended.
     *
     * @param address the agent's topic
     * @param ref the client's name for the query
     * @param speed how many times as fast as it was; 0 for as fast as can be
     */
    record Replay(Address address, String ref, double speed) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.REPLAY;
        }
    }

    /**
     * Stops a query.
     *
     * @param address the agent's topic
     * @param ref the client's name for the query
     * @param reason why, for everyone who follows it
     */
    record Interrupt(Address address, String ref, String reason) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.INTERRUPT;
        }
    }

    /**
     * Follows a query that runs or has ended.
     *
     * @param address the agent's topic
     * @param ref the client's name for the query
     * @param afterSeq the seq of the last thought that the client has, 0 for none
     * @param snapshot whether what there is of it comes as a snapshot
     */
    record Resume(Address address, String ref, long afterSeq, boolean snapshot) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.RESUME;
        }
    }

    /**
     * Follows a topic or a pattern of topics.
     *
     * @param address where the client says so
     * @param target which
     * @param events only these; empty means all
     * @param policy the word for what happens when it reads too slowly, if given
     * @param since the place of the last message that it has, if given
     * @param acknowledged whether the client says what has arrived, so that the rest is sent again after a reconnect
     */
    record Subscribe(
            Address address,
            TopicPattern target,
            Set<String> events,
            Optional<String> policy,
            Optional<Since> since,
            boolean acknowledged)
            implements ClientMessage {

        /** Copies the set. */
        public Subscribe {
            events = Set.copyOf(events);
        }

        @Override
        public Kind kind() {
            return Kind.SUBSCRIBE;
        }
    }

    /**
     * A place in a topic.
     *
     * @param offset of the last message before it, 0 for none
     * @param epoch the life of the topic that the offset belongs to; empty if the offset is 0
     */
    record Since(long offset, String epoch) {}

    /**
     * Receives only some events from now on.
     *
     * @param address where the client says so
     * @param events their names; empty means all
     */
    record Filter(Address address, Set<String> events) implements ClientMessage {

        /** Copies the set. */
        public Filter {
            events = Set.copyOf(events);
        }

        @Override
        public Kind kind() {
            return Kind.FILTER;
        }
    }

    /**
     * Follows a topic or pattern no longer.
     *
     * @param address where the client says so
     * @param target which
     */
    record Unsubscribe(Address address, TopicPattern target) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.UNSUBSCRIBE;
        }
    }

    /**
     * Publishes on a topic.
     *
     * @param address where the client says so
     * @param topic which; no pattern
     * @param event what it is
     * @param payload what it holds
     * @param idempotencyKey names it, if given
     */
    record Publish(Address address, TopicPattern topic, String event, RawJson payload, Optional<String> idempotencyKey)
            implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.PUBLISH;
        }
    }

    /**
     * Asks for what was published.
     *
     * @param address where the client says so
     * @param topic which; no pattern
     * @param since where to begin, if given
     * @param limit how many at most, if given
     * @param backwards whether the newest come first
     */
    record History(Address address, TopicPattern topic, Optional<Since> since, OptionalInt limit, boolean backwards)
            implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.HISTORY;
        }
    }

    /**
     * Follows several topics or patterns at once.
     *
     * @param address where the client says so
     * @param each one subscription for each
     */
    record SubscribeAll(Address address, List<Subscribe> each) implements ClientMessage {

        /** Copies the list. */
        public SubscribeAll {
            each = List.copyOf(each);
        }

        @Override
        public Kind kind() {
            return Kind.SUBSCRIBE_ALL;
        }
    }

    /**
     * Follows several topics or patterns no longer.
     *
     * @param address where the client says so
     * @param targets which
     */
    record UnsubscribeAll(Address address, List<TopicPattern> targets) implements ClientMessage {

        /** Copies the list. */
        public UnsubscribeAll {
            targets = List.copyOf(targets);
        }

        @Override
        public Kind kind() {
            return Kind.UNSUBSCRIBE_ALL;
        }
    }

    /**
     * Says something to whoever serves a channel.
     *
     * @param address where the client says so
     * @param channel which; empty means the usual one
     * @param intent what for, if given
     * @param payload what
     */
    record ChannelMessage(Address address, Optional<String> channel, Optional<String> intent, RawJson payload)
            implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.CHANNEL_MESSAGE;
        }
    }

    /**
     * Has received an event, and everything before it on its topic.
     *
     * @param address where the client says so
     * @param place the event's
     */
    record Acknowledge(Address address, Since place) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.ACKNOWLEDGE;
        }
    }

    /**
     * Says something to one connection, as one who serves a channel.
     *
     * @param address where the client says so
     * @param connectionId which
     * @param channel the channel it belongs to, if given
     * @param payload what
     */
    record Send(Address address, String connectionId, Optional<String> channel, RawJson payload)
            implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.SEND;
        }
    }

    /**
     * Asks for the time.
     *
     * @param address the agent's topic
     * @param data what a binary ping carried, to be sent back; null for a JSON ping
     */
    record Ping(Address address, Bytes data) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.PING;
        }
    }

    /**
     * Asks who is present.
     *
     * @param address a topic
     * @param agent the agent whose topic is meant, if it is another one
     * @param countsOnly whether the counts will do
     */
    record Presence(Address address, Optional<String> agent, boolean countsOnly) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.PRESENCE;
        }
    }

    /**
     * Says how the client is.
     *
     * @param address the agent's topic
     * @param status what it does, if that has changed
     * @param load how busy it is, 0 to 1, if that has changed
     */
    record PresenceUpdate(Address address, Optional<String> status, OptionalDouble load) implements ClientMessage {
        @Override
        public Kind kind() {
            return Kind.PRESENCE_UPDATE;
        }
    }
}
