package io.synapse.operations;

import io.synapse.agent.Workers;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.Outbox;
import io.synapse.conversation.ConversationStore;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.presence.PresenceTracker;
import io.synapse.query.QueryService;
import io.synapse.session.SessionStore;
import io.synapse.topic.TopicHub;
import java.util.List;

/**
 * The node's figures in the Prometheus text format, version 0.0.4. There is no metrics API that all servers have, so the
 * application brings its own; names and helps are ours, so nothing from outside can get into them.
 */
public final class PrometheusText {

    private final Counters counters;
    private final ConnectionRegistry connections;
    private final QueryService queries;
    private final Workers workers;
    private final PresenceTracker presence;
    private final TopicHub topics;
    private final SessionStore sessions;
    private final ConversationStore conversations;

    /**
     * Writes the figures of these.
     *
     * @param counters what has happened
     * @param connections what is open
     * @param queries what runs
     * @param workers who serves agents, and what waits for them
     * @param presence who is where
     * @param topics what is kept of them, and who subscribes
     * @param sessions what is kept of clients
     * @param conversations what was said before
     */
    public PrometheusText(
            Counters counters,
            ConnectionRegistry connections,
            QueryService queries,
            Workers workers,
            PresenceTracker presence,
            TopicHub topics,
            SessionStore sessions,
            ConversationStore conversations) {
        this.counters = counters;
        this.connections = connections;
        this.queries = queries;
        this.workers = workers;
        this.presence = presence;
        this.topics = topics;
        this.sessions = sessions;
        this.conversations = conversations;
    }

    /**
     * Writes all figures.
     *
     * @return lines, each with its end
     */
    public String write() {
        StringBuilder text = new StringBuilder();
        for (Counter counter : Counter.values()) {
            figure(text, counter.metric() + ".total", "counter", counter.meaning(), counters.get(counter));
        }
        Timings.write(text, counters);
        QueryService.Status status = queries.status();
        figure(text, "synapse.connections.open", "gauge", "open connections", connections.count());
        figure(text, "synapse.queries.running", "gauge", "queries whose engine works", status.running());
        figure(text, "synapse.queries.waiting", "gauge", "queries that wait for a place", status.waiting());
        byPriority(text, queries.waitingByPriority());
        figure(text, "synapse.queries.tenants", "gauge", "tenants that have queries", queries.tenants());
        figure(text, "synapse.engines.going-on", "gauge", "engines that go on after their query", status.goingOn());
        figure(text, "synapse.queries.kept", "gauge", "ended queries that are remembered", status.kept());
        figure(text, "synapse.queries.kept.bytes", "gauge", "memory of ended queries", status.keptBytes());
        Workers.Status serving = workers.status();
        figure(text, "synapse.workers", "gauge", "workers that are registered for agents", serving.workers());
        figure(text, "synapse.workers.capacity", "gauge", "tasks that they may have at a time", serving.capacity());
        figure(text, "synapse.tasks.running", "gauge", "tasks that workers have", serving.running());
        figure(text, "synapse.tasks.waiting", "gauge", "tasks that wait for a worker", serving.waiting());
        figure(
                text,
                "synapse.replays.running",
                "gauge",
                "queries that are being shown again",
                queries.replays().running());
        figure(text, "synapse.budget.subjects", "gauge", "subjects that have used their budget", queries.budgets());
        PresenceTracker.Status present = presence.status();
        figure(text, "synapse.presence.topics", "gauge", "topics with presences or watchers", present.topics());
        figure(
                text,
                "synapse.presence.members",
                "gauge",
                "presences, with those that are held back",
                present.members());
        figure(text, "synapse.presence.watchers", "gauge", "joins that are told of presences", present.watchers());
        TopicHub.Status kept = topics.status();
        figure(text, "synapse.topics", "gauge", "topics on this node", kept.topics());
        figure(text, "synapse.topics.bytes", "gauge", "memory of what is kept of topics", kept.bytes());
        figure(text, "synapse.topics.patterns", "gauge", "patterns of topics that are subscribed to", kept.patterns());
        figure(text, "synapse.subscriptions", "gauge", "subscriptions to topics and patterns", kept.subscriptions());
        SessionStore.Status held = sessions.status();
        figure(text, "synapse.sessions.held", "gauge", "sessions of clients that are there", held.held());
        figure(text, "synapse.sessions.kept", "gauge", "sessions of clients that may come back", held.kept());
        figure(text, "synapse.sessions.kept.bytes", "gauge", "memory of these", held.bytes());
        ConversationStore.Status said = conversations.status();
        figure(text, "synapse.conversations", "gauge", "conversations that are kept", said.conversations());
        figure(text, "synapse.conversations.turns", "gauge", "turns of these", said.turns());
        figure(text, "synapse.conversations.bytes", "gauge", "memory of these", said.bytes());
        waiting(text);
        return text.toString();
    }

    private void waiting(StringBuilder text) {
        long messages = 0;
        long bytes = 0;
        for (Connection connection : connections.listActive()) {
            Outbox.Status status = connection.status();
            messages += status.messages();
            bytes += status.bytes();
        }
        figure(text, "synapse.outboxes.messages", "gauge", "frames that wait to be sent, of all connections", messages);
        figure(text, "synapse.outboxes.bytes", "gauge", "bytes that wait to be sent, of all connections", bytes);
    }

    private static void byPriority(StringBuilder text, List<Integer> waiting) {
        String name = "synapse_queries_waiting_by_priority";
        text.append("# HELP ").append(name).append(" queries that wait, by the priority that counts now\n");
        text.append("# TYPE ").append(name).append(" gauge\n");
        for (int priority = 0; priority < waiting.size(); priority++) {
            text.append(name).append("{priority=\"").append(priority).append("\"} ");
            text.append(waiting.get(priority)).append('\n');
        }
    }

    private static void figure(StringBuilder text, String metric, String type, String help, long value) {
        String name = metric.replace('.', '_').replace('-', '_');
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        text.append(name).append(' ').append(value).append('\n');
    }
}
