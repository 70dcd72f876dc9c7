package io.synapse.query;

import io.synapse.connection.Connection;
import io.synapse.protocol.Body;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.ServerMessage;
import io.synapse.query.QueryEvent.InterruptedEvent;
import io.synapse.query.QueryEvent.ProgressEvent;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.query.QueryEvent.ThoughtEvent;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** Entries of a query's stream as messages for one client. Safe for use by many threads; it holds no position. */
final class QueryPushes {

    private static final String THOUGHT = "thought";

    private final Connection connection;
    private final FollowedQuery query;
    private final QueryViewer.Format format;
    private final UnaryOperator<Body> marked;

    QueryPushes(Connection connection, FollowedQuery query, QueryViewer.Format format, UnaryOperator<Body> marked) {
        this.connection = connection;
        this.query = query;
        this.format = format;
        this.marked = marked;
    }

    /**
     * Sends one entry, unless the client does not want it.
     *
     * @param event the entry, or what several were merged into
     * @param first the offset of the first of these
     * @param offset the offset of the last
     * @return false if there is no room
     */
    boolean write(QueryEvent event, long first, long offset) {
        String ref = query.id().ref();
        if (event instanceof ThoughtEvent thought) {
            return thought(thought, first, offset);
        }
        if (event instanceof ProgressEvent progress) {
            return query.isCall()
                    ? !format.filter().passes("progress") || push("progress", payload(progress, offset))
                    : thought(progress.thought(), first, offset);
        }
        if (event instanceof InterruptedEvent interrupted) {
            return push("interrupted", Payloads.of("ref", ref, "reason", interrupted.reason()));
        }
        return push("result", ((ResultEvent) event).body());
    }

    /** Sends a part of a snapshot, unless the client wants no thoughts; false if there is no room. */
    boolean snapshot(Snapshot part) {
        return !format.filter().passes(THOUGHT)
                || push("snapshot", part.body(query.id().ref()));
    }

    private boolean thought(ThoughtEvent thought, long first, long offset) {
        return !format.filter().passes(THOUGHT)
                || push(
                        THOUGHT,
                        Payloads.thought(
                                query.id().ref(),
                                first,
                                offset,
                                thought.type(),
                                thought.content(),
                                thought.confidence(),
                                thought.timestamp(),
                                format.nested()));
    }

    private Body payload(ProgressEvent progress, long offset) {
        OptionalInt percent = progress.percent();
        return Payloads.of(
                "ref",
                query.id().ref(),
                "seq",
                offset,
                "percent",
                percent.isPresent() ? percent.getAsInt() : null,
                "message",
                progress.message(),
                "timestamp",
                progress.timestamp());
    }

    /** Says that it ended here, whatever room there is. */
    void finish(String reason, ResultEvent result) {
        Body interrupted = Payloads.of("ref", query.id().ref(), "reason", reason);
        connection.sendData(message("interrupted", interrupted));
        connection.sendData(message("result", result.body()));
    }

    /** Sends anything about the query; false if there is no room. */
    boolean push(String event, Body payload) {
        return connection.sendIfRoom(message(event, payload));
    }

    private ServerMessage message(String event, Body payload) {
        Body named = query.channel()
                .map(channel -> Payloads.onChannel(channel, payload))
                .orElse(payload);
        return new ServerMessage.Push(format.joinRef(), format.topic(), event, marked.apply(named));
    }
}
