package io.synapse.operations;

import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.agent.Workers;
import io.synapse.config.SynapseConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionInfo;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.Outbox;
import io.synapse.platform.Ticker;
import io.synapse.protocol.Body;
import io.synapse.protocol.TopicPattern;
import io.synapse.query.QueryService;
import io.synapse.query.Runaways;
import io.synapse.topic.TopicHub;
import io.synapse.topic.TopicQueue;
import io.synapse.topic.TopicSubscription;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What waits where on this node, and how much may (ledger G9). Lists come in pages, by name, because there may be many.
 * Safe for use by many threads; writing a page looks at every connection.
 */
public final class QueueReport {

    /** The most entries of one page. */
    public static final int MAX_PAGE = 1000;

    private static final int MAX_RUNAWAYS = 100;

    private final SynapseConfig config;
    private final TopicHub topics;
    private final ConnectionRegistry connections;
    private final QueryService queries;
    private final Workers workers;
    private final Ticker ticker;
    private final Clock clock;

    /**
     * A part of a list.
     *
     * @param after the name that it comes after; empty for the beginning
     * @param limit how many entries, 1 to {@link QueueReport#MAX_PAGE}
     */
    public record Page(String after, int limit) {}

    /** How far those are who subscribe to one topic or pattern. */
    private static final class Readers {
        private int count;
        private long lag;
    }

    /**
     * Reports on these.
     *
     * @param config the bounds
     * @param topics what is kept of them
     * @param connections what waits for them
     * @param queries how many wait
     * @param workers who serves agents, and what waits for them
     * @param ticker elapsed time, the same as the connections'
     * @param clock the time
     */
    public QueueReport(
            SynapseConfig config,
            TopicHub topics,
            ConnectionRegistry connections,
            QueryService queries,
            Workers workers,
            Ticker ticker,
            Clock clock) {
        this.config = config;
        this.topics = topics;
        this.connections = connections;
        this.queries = queries;
        this.workers = workers;
        this.ticker = ticker;
        this.clock = clock;
    }

    /**
     * The sums, each with its bound.
     *
     * @return {@code {timestamp, connections, topics, queries, agents}}
     */
    public Body totals() {
        return out -> {
            out.writeStartObject();
            out.writeNumberField("timestamp", clock.millis());
            writeConnections(out);
            writeTopics(out);
            writeQueries(out);
            writeAgents(out);
            out.writeEndObject();
        };
    }

    private void writeConnections(JsonGenerator out) throws IOException {
        int count = 0;
        long messages = 0;
        long bytes = 0;
        for (Connection connection : connections.listActive()) {
            Outbox.Status status = connection.status();
            count++;
            messages += status.messages();
            bytes += status.bytes();
        }
        out.writeObjectFieldStart("connections");
        out.writeNumberField("count", count);
        out.writeNumberField("max_count", config.limits().connections());
        out.writeNumberField("messages", messages);
        out.writeNumberField("bytes", bytes);
        out.writeNumberField("max_messages_each", config.outbox().maxMessages());
        out.writeNumberField("max_bytes_each", config.outbox().maxBytes());
        out.writeEndObject();
    }

    private void writeTopics(JsonGenerator out) throws IOException {
        TopicHub.Status status = topics.status();
        out.writeObjectFieldStart("topics");
        out.writeNumberField("count", status.topics());
        out.writeNumberField("max_count", config.topics().maxTopics());
        out.writeNumberField("patterns", status.patterns());
        out.writeNumberField("subscriptions", status.subscriptions());
        out.writeNumberField("bytes", status.bytes());
        out.writeNumberField("max_bytes", config.topics().totalBytes());
        out.writeNumberField("max_messages_each", config.topics().historyCount());
        out.writeNumberField("max_bytes_each", config.topics().historyBytes());
        out.writeEndObject();
    }

    private void writeQueries(JsonGenerator out) throws IOException {
        QueryService.Status status = queries.status();
        out.writeObjectFieldStart("queries");
        out.writeNumberField("running", status.running());
        out.writeNumberField("max_running", config.query().maxConcurrent());
        out.writeNumberField("waiting", status.waiting());
        out.writeNumberField("max_waiting", config.query().maxQueued());
        out.writeNumberField("going_on", status.goingOn());
        writeRunaways(out);
        out.writeEndObject();
    }

    private void writeAgents(JsonGenerator out) throws IOException {
        Workers.Status status = workers.status();
        out.writeObjectFieldStart("agents");
        out.writeNumberField("workers", status.workers());
        out.writeNumberField("capacity", status.capacity());
        out.writeNumberField("running", status.running());
        out.writeNumberField("waiting", status.waiting());
        out.writeEndObject();
    }

    private void writeRunaways(JsonGenerator out) throws IOException {
        out.writeArrayFieldStart("runaways");
        for (Runaways.Runaway runaway : queries.runaways(MAX_RUNAWAYS)) {
            out.writeStartObject();
            out.writeStringField("engine", runaway.engine());
            out.writeStringField("agent", runaway.agent());
            if (runaway.ref().isPresent()) {
                out.writeStringField("ref", runaway.ref().get());
            }
            out.writeStringField("thread", runaway.thread());
            out.writeNumberField("since_ms", runaway.since().toMillis());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    /**
     * Topics, and patterns that somebody subscribes to.
     *
     * @param page which of them
     * @return {@code {topics, next?}}, where {@code next} is what the next page comes after
     */
    public Body topics(Page page) {
        List<TopicQueue> list = topics.queues(page.after(), page.limit());
        Map<String, Readers> readers = readers(list);
        return out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("topics");
            for (TopicQueue queue : list) {
                Readers of = readers.get(queue.key());
                TopicPattern name = TopicPattern.ofKey(queue.key()).orElseThrow();
                out.writeStartObject();
                out.writeStringField("topic", name.text());
                if (!name.tenant().isEmpty()) {
                    out.writeStringField("tenant", name.tenant());
                }
                out.writeBooleanField("pattern", queue.pattern());
                out.writeNumberField("messages", queue.messages());
                out.writeNumberField("bytes", queue.bytes());
                out.writeNumberField("subscribers", of.count);
                out.writeNumberField("max_lag", of.lag);
                out.writeBooleanField("full", queue.full());
                out.writeEndObject();
            }
            out.writeEndArray();
            if (list.size() == page.limit()) {
                out.writeStringField("next", list.get(list.size() - 1).key());
            }
            out.writeEndObject();
        };
    }

    // Nobody keeps this by topic: an index would cost every subscription, and is asked for by an operator now and then.
    private Map<String, Readers> readers(List<TopicQueue> list) {
        Map<String, Readers> readers = new HashMap<>();
        list.forEach(queue -> readers.put(queue.key(), new Readers()));
        for (Connection connection : connections.listActive()) {
            for (Connection.Source source : connection.sources()) {
                if (source instanceof TopicSubscription subscription) {
                    Readers of = readers.get(subscription.request().target().key());
                    if (of != null) {
                        of.count++;
                        of.lag = Math.max(of.lag, subscription.lag());
                    }
                }
            }
        }
        return readers;
    }

    /**
     * Connections, with what waits for each.
     *
     * @param page which of them
     * @return {@code {connections, next?}}, where {@code next} is what the next page comes after
     */
    public Body connections(Page page) {
        List<ConnectionInfo> list = connections.describe(ticker, clock.instant(), page.after(), page.limit());
        return out -> {
            out.writeStartObject();
            out.writeArrayFieldStart("connections");
            for (ConnectionInfo info : list) {
                write(out, info);
            }
            out.writeEndArray();
            if (list.size() == page.limit()) {
                out.writeStringField("next", list.get(list.size() - 1).id());
            }
            out.writeEndObject();
        };
    }

    private static void write(JsonGenerator out, ConnectionInfo info) throws IOException {
        out.writeStartObject();
        out.writeStringField("connection_id", info.id());
        out.writeStringField("remote_address", info.remoteAddress());
        out.writeNumberField("connected_at", info.connectedAt().toEpochMilli());
        out.writeNumberField("last_activity", info.lastActivity().toEpochMilli());
        if (info.lastHeartbeat().isPresent()) {
            out.writeNumberField("last_heartbeat", info.lastHeartbeat().get().toEpochMilli());
        }
        out.writeNumberField("messages", info.outbox().messages());
        out.writeNumberField("bytes", info.outbox().bytes());
        out.writeNumberField("sent", info.outbox().sent());
        out.writeNumberField("dropped", info.outbox().dropped());
        out.writeEndObject();
    }
}
