package io.synapse.protocol;

/** The {@code reason} words of error replies. Clients branch on them, so they never change. */
public final class Reasons {

    /** The credential is wrong, expired or absent. */
    public static final String UNAUTHORIZED = "unauthorized";
    /** The credential is good but may not use this agent. */
    public static final String FORBIDDEN = "forbidden";
    /** The credential has expired, and no other was shown in time. */
    public static final String TOKEN_EXPIRED = "token_expired";
    /** The credential was revoked. */
    public static final String REVOKED = "credential_revoked";
    /** The topic does not exist or is not joined. */
    public static final String UNMATCHED_TOPIC = "unmatched topic";
    /** The topic was joined, and the join failed in the server. */
    public static final String JOIN_CRASHED = "join crashed";
    /** The connection has joined as many topics as it may. */
    public static final String TOO_MANY_TOPICS = "too many channels joined";
    /** The frame is not of this protocol. */
    public static final String MALFORMED = "malformed frame";
    /** What came is no message at all; the words are fixed for {@code /ws} (ledger G3). */
    public static final String NOT_A_MESSAGE = "Invalid message format";
    /** What came is no message of {@code /ws}. */
    public static final String NOT_A_REQUEST = "invalid message";
    /** The type of a message of {@code /ws} does not exist. */
    public static final String UNKNOWN_TYPE = "unknown type";
    /** The channel does not exist. */
    public static final String UNKNOWN_CHANNEL = "unknown channel";
    /** The event does not exist. */
    public static final String UNKNOWN_EVENT = "unknown event";
    /** A field that is there has a wrong type or value. */
    public static final String INVALID_FIELD = "invalid field";
    /** No query of this agent has the ref. */
    public static final String NOT_FOUND = "not_found";
    /** The query has not ended, so it cannot be shown again. */
    public static final String STILL_RUNNING = "still_running";
    /** The connection has as many replays as it may. */
    public static final String TOO_MANY_REPLAYS = "too many replays";
    /** The query ended before the interrupt came. */
    public static final String ALREADY_FINISHED = "already_finished";
    /** A query with the same ref asks something else. */
    public static final String REF_IN_USE = "ref_in_use";
    /** The node that runs the query, or what the nodes share, cannot be reached now; try again later. */
    public static final String NODE_UNREACHABLE = "node_unreachable";
    /** All places are taken and the queue is full; try again later. */
    public static final String OVERLOADED = "overloaded";
    /** Another query of the same conversation is before it; wait for that, or try again later. */
    public static final String CONVERSATION_BUSY = "conversation_busy";
    /** Nothing is left of the client's budget until the window ends. */
    public static final String BUDGET_EXHAUSTED = "budget_exhausted";
    /** There is no tool with this name. */
    public static final String UNKNOWN_TOOL = "unknown tool";
    /** The arguments are not what the tool's schema wants. */
    public static final String INVALID_ARGUMENTS = "invalid arguments";
    /** Not a topic, or a pattern where a topic is needed. */
    public static final String INVALID_TOPIC = "invalid topic";
    /** The connection has as many subscriptions as it may. */
    public static final String TOO_MANY_SUBSCRIPTIONS = "too many subscriptions";
    /** The server has as many topics or patterns as it may. */
    public static final String TOO_MANY_TOPICS_IN_USE = "too many topics";
    /** Something else was published under the same idempotency key. */
    public static final String KEY_IN_USE = "idempotency_key_in_use";
    /** A topic that a subscriber must not lose anything of is full; try again later. */
    public static final String SYSTEM_OVERLOADED = "Message rejected: system overloaded";
    /** The application is stopping; come back. */
    public static final String STOPPING = "stopping";
    /** The topic has as many members as it may, so one more is not seen there. */
    public static final String PRESENCE_FULL = "presence_full";
    /** The client is not seen on the topic, so there is nothing to be said about it. */
    public static final String NOT_TRACKED = "not_tracked";
    /** Whoever operates the service, or serves a channel, wanted it so. */
    public static final String BY_ORDER = "by_order";
    /** A later message about the same topic has overtaken this one. */
    public static final String OVERTAKEN = "overtaken";
    /** A session was named on a connection that has one, or has begun without. */
    public static final String SESSION_NOT_FIRST = "session must come first";
    /** What a worker said was of a task that it does not have, or has no more. */
    public static final String TASK_OVER = "task_over";
    /** The client has not registered for the agent. */
    public static final String NOT_REGISTERED = "not_registered";
    /** The client sends too fast; try again later. */
    public static final String RATE_LIMITED = "rate_limited";
    /** There are as many connections with the key, or of the user, as may be; try again later. */
    public static final String TOO_MANY_CONNECTIONS = "too_many_connections";
    /** Something failed in the server. */
    public static final String INTERNAL_ERROR = "internal_error";

    /** What nodes share cannot be reached now; the same asked again later may succeed. */
    public static final String UNAVAILABLE = "unavailable";

    private Reasons() {}

    /**
     * The reason of a message that lacks fields it must have.
     *
     * @param fields the names of all fields it must have, as a list in words
     * @return the reason
     */
    public static String missing(String fields) {
        return "missing required fields: " + fields;
    }
}
