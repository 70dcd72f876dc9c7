package io.synapse.platform;

/** Everything that is counted, each with what it tells an operator. */
public enum Counter {
    /** Connections opened. */
    CONNECTIONS_OPENED("synapse.connections.opened", "connections opened"),
    /** Connections closed, for whatever reason. */
    CONNECTIONS_CLOSED("synapse.connections.closed", "connections closed, by either side"),
    /** Handshakes refused. */
    HANDSHAKES_REFUSED("synapse.handshakes.refused", "handshakes refused before the upgrade"),
    /** Requests with a body refused. */
    BODIES_REFUSED("synapse.bodies.refused", "requests refused because too many others were still sending their body"),
    /** Frames received. */
    FRAMES_RECEIVED("synapse.frames.received", "frames received from clients"),
    /** Messages received. */
    MESSAGES_RECEIVED("synapse.messages.received", "messages in these; a frame on /ws may hold several"),
    /** Frames sent. */
    FRAMES_SENT("synapse.frames.sent", "frames the container has sent, counted when their connection closes"),
    /** Messages sent. */
    MESSAGES_SENT("synapse.messages.sent", "messages in these; a frame on /ws may hold several"),
    /** What compression saved. */
    BYTES_SAVED("synapse.bytes.saved", "bytes that compression kept off the network, counted at the close"),
    /** Frames dropped. */
    FRAMES_DROPPED("synapse.frames.dropped", "frames that were to be sent and were not, counted at the close"),
    /** Frames that could not be understood. */
    FRAMES_INVALID("synapse.frames.invalid", "frames answered with an error because they could not be understood"),
    /** Frames for a join that was replaced. */
    FRAMES_STALE("synapse.frames.stale", "frames for a join that has been replaced, which the protocol says to ignore"),
    /** Frames too large. */
    FRAMES_TOO_BIG("synapse.frames.too-big", "messages over synapse.limits.message-bytes"),
    /** Clients cut off because they read too slowly. */
    SLOW_CONSUMERS("synapse.connections.slow-consumers", "clients cut off because they read too slowly"),
    /** Connections closed because nothing came. */
    CONNECTIONS_EVICTED("synapse.connections.evicted", "connections closed because they were idle"),
    /** Connections cut because the client is gone. */
    CONNECTIONS_DEAD("synapse.connections.dead", "connections cut off because their client answered no ping"),
    /** Connections closed by a drain. */
    CONNECTIONS_DRAINED("synapse.connections.drained", "connections closed because the node was drained"),
    /** Topics that failed. */
    TOPICS_CRASHED("synapse.topics.crashed", "topics of connections that failed and were told to rejoin"),
    /** Commands that Redis failed. */
    REDIS_FAILED("synapse.redis.failed", "commands that Redis failed, or did not answer in time"),
    /** Commands that were not sent to Redis. */
    REDIS_REFUSED("synapse.redis.refused", "commands that were not sent, because Redis was away or too slow"),
    /** Losses of the connection to Redis. */
    REDIS_LOST("synapse.redis.lost", "how often the connection to Redis was lost"),
    /** Publications that reached this node only. */
    EVENTS_LOCAL("synapse.events.local", "publications that reached this node only, because Redis was away"),
    /** Topics that began another life. */
    TOPICS_BROKEN(
            "synapse.topics.broken",
            "open topics that Redis had lost or another server had taken over, and were begun anew"),
    /** Messages between nodes that were dropped. */
    POST_DROPPED(
            "synapse.cluster.post.dropped",
            "messages to other nodes that could not be sent, or were too many to handle"),
    /** Joins refused. */
    JOINS_REFUSED("synapse.joins.refused", "joins with a wrong, expired or absent credential"),
    /** Keys of an issuer that could not be fetched. */
    ISSUER_KEYS_UNAVAILABLE(
            "synapse.issuer-keys.unavailable", "tokens refused because the keys of their issuer could not be fetched"),
    /** Events published. */
    EVENTS_PUBLISHED("synapse.events.published", "messages published on topics"),
    /** Publications refused. */
    EVENTS_REFUSED(
            "synapse.events.refused", "publications refused: forbidden, too large, overloaded, or their key in use"),
    /** Events given to subscribers. */
    EVENTS_SENT("synapse.events.sent", "messages of topics given to subscribers' connections"),
    /** Events that subscribers lost. */
    EVENTS_DROPPED(
            "synapse.events.dropped", "messages a subscriber was too slow for; it was told by a gap, or cut off"),
    /** Subscriptions. */
    SUBSCRIPTIONS_STARTED("synapse.subscriptions.started", "subscriptions to topics and patterns"),
    /** Recoveries that were complete. */
    RECOVERED("synapse.subscriptions.recovered", "subscriptions that recovered everything since their position"),
    /** Recoveries that were not. */
    NOT_RECOVERED("synapse.subscriptions.not-recovered", "subscriptions told that what they missed is gone"),
    /** Queries accepted. */
    QUERIES_STARTED("synapse.queries.started", "queries accepted"),
    /** Queries that found the one they repeat. */
    QUERIES_ATTACHED("synapse.queries.attached", "queries that repeat one and were attached to it"),
    /** Queries refused. */
    QUERIES_REFUSED("synapse.queries.refused", "queries refused: overloaded, stopping, or their ref in use"),
    /** Queries that succeeded. */
    QUERIES_SUCCEEDED("synapse.queries.succeeded", "queries that ended with success"),
    /** Queries that were interrupted. */
    QUERIES_INTERRUPTED("synapse.queries.interrupted", "queries that ended with an interrupt"),
    /** Queries that timed out. */
    QUERIES_TIMED_OUT("synapse.queries.timed-out", "queries that ended with a time-out"),
    /** Queries that failed. */
    QUERIES_FAILED("synapse.queries.failed", "queries that ended with an error"),
    /** Thoughts emitted. */
    THOUGHTS("synapse.thoughts", "thoughts that engines emitted"),
    /** Thoughts refused because their query had ended. */
    THOUGHTS_LATE("synapse.thoughts.late", "thoughts that engines emitted after the end of their query; dropped"),
    /** Engines that went on. */
    ENGINES_RUNAWAY("synapse.engines.runaway", "engines that went on longer than synapse.query.stop-timeout"),
    /** Tasks given to workers. */
    TASKS_GIVEN("synapse.tasks.given", "tasks given to workers of agents, each time that they were"),
    /** Tasks given to another worker. */
    TASKS_HANDED_OVER("synapse.tasks.handed-over", "tasks that one worker lost or did not accept, meant for another"),
    /** Tasks lost with their worker. */
    TASKS_LOST("synapse.tasks.lost", "tasks that ended as agent_lost"),
    /** Tasks that no worker took. */
    TASKS_UNSERVED("synapse.tasks.unserved", "tasks that ended as no_worker or workers_busy"),
    /** What workers said too late. */
    TASK_MESSAGES_LATE("synapse.tasks.late-messages", "messages of workers about tasks that were over; dropped"),
    /** Replays of queries. */
    REPLAYS_STARTED("synapse.replays.started", "queries that were shown again after their end"),
    /** Queries refused because a budget is used up. */
    BUDGET_REFUSED("synapse.budget.refused", "queries refused because nothing was left of their subject's budget"),
    /** Queries stopped because a budget is used up. */
    BUDGET_STOPPED("synapse.budget.stopped", "queries stopped when nothing was left of their subject's budget"),
    /** Members that came. */
    PRESENCE_JOINED("synapse.presence.joined", "presences that came"),
    /** Members that came back within the grace. */
    PRESENCE_RETURNED("synapse.presence.returned", "presences that came back within synapse.presence.leave-grace"),
    /** Members that went and did not come back. */
    PRESENCE_LEFT("synapse.presence.left", "presences that went, counted at the end of the grace"),
    /** Members that were not tracked. */
    PRESENCE_REFUSED("synapse.presence.refused", "presences over synapse.presence.max-tracked"),
    /** Diffs made. */
    PRESENCE_DIFFS("synapse.presence.diffs", "changes of presence told, each counted once for all who watch"),
    /** Sessions of clients that came back. */
    SESSIONS_RESUMED("synapse.sessions.resumed", "sessions whose client came back within synapse.session.keep"),
    /** Sessions whose client came back on another connection first. */
    SESSIONS_TAKEN_OVER("synapse.sessions.taken-over", "sessions taken over while their old connection was still open"),
    /** Sessions of clients that did not come back. */
    SESSIONS_EXPIRED("synapse.sessions.expired", "sessions whose client did not come back in time"),
    /** Sessions forgotten early. */
    SESSIONS_EVICTED(
            "synapse.sessions.evicted",
            "sessions forgotten early, at synapse.session.max or synapse.session.total-bytes"),
    /** Sessions that could not be had. */
    SESSIONS_REFUSED(
            "synapse.sessions.refused", "sessions refused at synapse.session.max, all of clients that are there"),
    /** Turns of conversations. */
    TURNS("synapse.turns", "turns added to conversations"),
    /** Turns that had to go. */
    TURNS_DROPPED(
            "synapse.turns.dropped",
            "turns that have left their conversation at synapse.conversation.turns or synapse.conversation.bytes"),
    /** Turns that were taken back. */
    TURNS_ROLLED_BACK("synapse.turns.rolled-back", "turns left out of their conversation by double_texting rollback"),
    /** Turns that could not be kept. */
    TURNS_LOST("synapse.turns.lost", "turns that could not be kept, because Redis was away"),
    /** Conversations that were not used. */
    CONVERSATIONS_EXPIRED("synapse.conversations.expired", "conversations not used for synapse.conversation.keep"),
    /** Conversations forgotten early. */
    CONVERSATIONS_EVICTED(
            "synapse.conversations.evicted",
            "conversations forgotten early, at synapse.conversation.max, its -per-subject or its total-bytes"),
    /** Queries that another of their conversation stopped. */
    QUERIES_SUPERSEDED("synapse.queries.superseded", "queries interrupted by the next one of their conversation"),
    /** Handshakes refused: their address opens connections too fast. */
    LIMITED_NEW_CONNECTIONS("synapse.limited.new-connections", "handshakes refused at synapse.limits.new-connections"),
    /** Handshakes refused: their address has too many connections. */
    LIMITED_ADDRESS("synapse.limited.address", "handshakes refused at synapse.limits.connections-per-address"),
    /** Connections refused: there are too many with their key. */
    LIMITED_KEY("synapse.limited.key", "handshakes and joins refused at synapse.limits.connections-per-key"),
    /** Connections refused: their user has too many. */
    LIMITED_USER("synapse.limited.user", "handshakes and joins refused at synapse.limits.connections-per-user"),
    /** Handshakes refused: the node has too many connections. */
    LIMITED_NODE("synapse.limited.node", "handshakes refused at synapse.limits.connections"),
    /** Credentials that were not looked at. */
    LIMITED_FAILED_LOGINS(
            "synapse.limited.failed-logins",
            "handshakes, joins and requests refused at synapse.limits.failed-logins, whatever they showed"),
    /** Handshakes that were refused by a close code. */
    CONNECTIONS_REFUSED_OPEN(
            "synapse.limited.closed", "refused connections of /ws that were opened to be closed with a code"),
    /** Messages refused: everything that is said counts. */
    LIMITED_ALL_MESSAGES("synapse.limited.all-messages", "messages refused at synapse.limits.all-messages"),
    /** Messages refused: too many messages. */
    LIMITED_MESSAGES("synapse.limited.messages", "messages refused at synapse.limits.messages"),
    /** Messages refused: too many queries. */
    LIMITED_QUERIES("synapse.limited.queries", "queries and calls of tools refused at synapse.limits.queries"),
    /** Messages refused: too many publications. */
    LIMITED_PUBLISHES("synapse.limited.publishes", "publications refused at synapse.limits.publishes"),
    /** Connections closed because too much of what they sent was refused. */
    LIMITED_ABUSE("synapse.limited.abuse", "connections closed at synapse.limits.refused-messages"),
    /** Somebody who was not told apart from others. */
    LIMITS_SHARED(
            "synapse.limited.shared",
            "how often an address or subject was counted with others, at synapse.limits.max-addresses or -subjects"),
    /** Queries that other nodes run, and that somebody asked for here. */
    QUERIES_BROUGHT_IN("synapse.queries.brought-in", "queries of other nodes that were asked for on this one"),
    /** Queries of nodes that were lost. */
    QUERIES_LOST("synapse.queries.lost", "queries of lost nodes that this node has ended with node_lost"),
    /** Queries refused because of another of their conversation. */
    CONVERSATIONS_BUSY("synapse.conversations.busy", "queries refused because their conversation was busy");

    private final String metric;
    private final String meaning;

    Counter(String metric, String meaning) {
        this.metric = metric;
        this.meaning = meaning;
    }

    /**
     * The name an operator sees.
     *
     * @return dotted lower-case
     */
    public String metric() {
        return metric;
    }

    /**
     * What the figure tells.
     *
     * @return one line
     */
    public String meaning() {
        return meaning;
    }
}
