package io.synapse.control;

import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.config.TopicsConfig;
import io.synapse.connection.ConnectionDirectory;
import io.synapse.connection.ConnectionDirectory.Counts;
import io.synapse.connection.ConnectionDirectory.Filter;
import io.synapse.connection.ConnectionDirectory.Page;
import io.synapse.connection.ConnectionEntry;
import io.synapse.connection.ConnectionOrder;
import io.synapse.protocol.Body;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.TopicPattern;
import io.synapse.routing.Channels;
import io.synapse.routing.TopicRefusals;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.TopicAccess;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The connections of the caller's realm: who they are, and what is done with one of them, whichever node has it. Operators are
 * written down. Safe for use by many threads.
 */
public final class ConnectionControl {

    private static final String MESSAGE = "message";

    private final ConnectionDirectory directory;
    private final Channels channels;
    private final TopicAccess access;
    private final TopicsConfig config;
    private final Clock clock;
    private final Audit audit;

    /**
     * A service.
     *
     * @param directory finds connections
     * @param channels which channels there are
     * @param access who may say something where
     * @param config the bounds
     * @param clock stamps messages
     * @param audit for what operators do
     */
    public ConnectionControl(
            ConnectionDirectory directory,
            Channels channels,
            TopicAccess access,
            TopicsConfig config,
            Clock clock,
            Audit audit) {
        this.directory = directory;
        this.channels = channels;
        this.access = access;
        this.config = config;
        this.clock = clock;
        this.audit = audit;
    }

    /**
     * Which connections are meant.
     *
     * @param user the subject of who has them
     * @param channel what they have joined or subscribed to
     * @param node which node has them
     * @param after the id that the page comes after; empty for the first page
     * @param limit how many, 1 to {@link ConnectionDirectory#MAX_PAGE}
     */
    public record Wanted(
            Optional<String> user, Optional<String> channel, Optional<String> node, String after, int limit) {}

    /**
     * Some of the connections.
     *
     * @param caller an admin
     * @param realm whose; empty for all that the caller may see
     * @param wanted which
     * @return {@code {connections, next?}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> list(Caller caller, Optional<String> realm, Wanted wanted) {
        return asked(() -> directory
                .list(
                        new Filter(caller.scope(realm), wanted.user(), wanted.channel(), wanted.node()),
                        wanted.after(),
                        wanted.limit())
                .thenApply(ConnectionControl::page));
    }

    private static Body page(Page page) {
        return generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("connections");
            for (ConnectionEntry entry : page.entries()) {
                entry(generator, entry);
            }
            generator.writeEndArray();
            if (page.next().isPresent()) {
                generator.writeStringField("next", page.next().get());
            }
            generator.writeEndObject();
        };
    }

    private static void entry(JsonGenerator generator, ConnectionEntry entry) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("connection_id", entry.connectionId());
        generator.writeStringField("user", entry.user());
        generator.writeStringField("realm", entry.tenant());
        if (!entry.session().isEmpty()) {
            generator.writeStringField("session", entry.session());
        }
        generator.writeArrayFieldStart("channels");
        for (String channel : entry.channels()) {
            generator.writeString(channel);
        }
        generator.writeEndArray();
        generator.writeNumberField("connected_at", entry.connectedAt().toEpochMilli());
        generator.writeNumberField("last_activity", entry.lastActivity().toEpochMilli());
        if (entry.lastHeartbeat().isPresent()) {
            generator.writeNumberField(
                    "last_heartbeat", entry.lastHeartbeat().get().toEpochMilli());
        }
        generator.writeStringField("node", entry.node());
        generator.writeEndObject();
    }

    /**
     * One connection.
     *
     * @param caller an admin
     * @param realm whose; empty for all that the caller may see
     * @param connectionId its id
     * @return what {@link #list} gives of it; fails with a {@link ControlException}
     */
    public CompletionStage<Body> get(Caller caller, Optional<String> realm, String connectionId) {
        return asked(() -> directory
                .find(connectionId, caller.scope(realm))
                .thenApply(found -> found.<Body>map(entry -> generator -> entry(generator, entry))
                        .orElseThrow(() -> notFound(connectionId))));
    }

    private static ControlException notFound(String connectionId) {
        return ControlException.of(Reasons.NOT_FOUND, "connection_id", connectionId);
    }

    /**
     * How many connections there are.
     *
     * @param caller an admin
     * @param realm whose; empty for all that the caller may see
     * @param top how many names of each part, at most {@link ConnectionDirectory#MAX_TOP}
     * @return {@code {global, per_user, by_channel, by_gateway}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> counts(Caller caller, Optional<String> realm, int top) {
        return asked(() -> directory.counts(caller.scope(realm), top).thenApply(ConnectionControl::counts));
    }

    private static Body counts(Counts counts) {
        return generator -> {
            generator.writeStartObject();
            generator.writeNumberField("global", counts.global());
            part(generator, "per_user", counts.perUser());
            part(generator, "by_channel", counts.byChannel());
            part(generator, "by_gateway", counts.byGateway());
            generator.writeEndObject();
        };
    }

    private static void part(JsonGenerator generator, String name, Map<String, Long> counts) throws IOException {
        generator.writeObjectFieldStart(name);
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            generator.writeNumberField(count.getKey(), count.getValue());
        }
        generator.writeEndObject();
    }

    /**
     * Says something to one connection, as those do who serve the channel that it is said on.
     *
     * @param caller who may publish on that channel
     * @param realm whose connection; empty for the caller's own realm
     * @param connectionId its id
     * @param channel that it is said on; the usual one without
     * @param message what
     * @return {@code {success, status, connection_id}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> send(
            Caller caller, Optional<String> realm, String connectionId, Optional<String> channel, RawJson message) {
        return asked(() -> {
            Identity identity = caller.in(realm);
            TopicPattern topic = Names.topic(channel.orElse(channels.otherwise()));
            if (!access.mayPublish(identity, null, topic)) {
                throw ControlException.of(Reasons.FORBIDDEN, "channel", topic.text());
            }
            if (message.bytes() > config.messageBytes()) {
                String detail = "message must have at most " + config.messageBytes() + " bytes";
                throw ControlException.of(Reasons.INVALID_FIELD, "detail", detail);
            }
            RawJson said = RawJson.of(generator -> {
                generator.writeStartObject();
                generator.writeStringField("channel", topic.text());
                generator.writeFieldName("payload");
                message.writeTo(generator);
                generator.writeNumberField("timestamp", clock.millis());
                generator.writeEndObject();
            });
            return order(identity.tenant(), connectionId, new ConnectionOrder.Say(MESSAGE, said), "sent");
        });
    }

    /**
     * Subscribes a connection to a channel or another topic. The caller must be allowed to have it itself, and so must the
     * connection.
     *
     * @param caller a publisher or an admin, or whoever has the connection
     * @param realm whose connection; empty for the caller's own realm
     * @param connectionId its id
     * @param channel a topic or a pattern
     * @return {@code {success, status, connection_id, channel}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> subscribe(Caller caller, Optional<String> realm, String connectionId, String channel) {
        return asked(() -> {
            TopicPattern target = Names.pattern(channel);
            return change(
                    caller,
                    caller.in(realm),
                    connectionId,
                    target,
                    new ConnectionOrder.Subscribe(target.text()),
                    "subscribed");
        });
    }

    /**
     * Ends a subscription of a connection.
     *
     * @param caller a publisher or an admin, or whoever has the connection
     * @param realm whose connection; empty for the caller's own realm
     * @param connectionId its id
     * @param channel a topic or a pattern
     * @return {@code {success, status, connection_id, channel}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> unsubscribe(
            Caller caller, Optional<String> realm, String connectionId, String channel) {
        return asked(() -> {
            TopicPattern target = Names.pattern(channel);
            return change(
                    caller,
                    caller.in(realm),
                    connectionId,
                    target,
                    new ConnectionOrder.Unsubscribe(target.text()),
                    "unsubscribed");
        });
    }

    private CompletionStage<Body> change(
            Caller caller,
            Identity identity,
            String connectionId,
            TopicPattern target,
            ConnectionOrder order,
            String status) {
        if (!access.maySubscribe(identity, null, target)) {
            throw ControlException.of(Reasons.FORBIDDEN, "channel", target.text());
        }
        return directory.find(connectionId, Optional.of(identity.tenant())).thenCompose(found -> {
            ConnectionEntry entry = found.orElseThrow(() -> notFound(connectionId));
            if (!caller.is(Role.ADMIN, Role.PUBLISHER) && !entry.user().equals(identity.subject())) {
                // That there is such a connection is nothing that others need to know.
                throw notFound(connectionId);
            }
            record(caller, AuditEvent.Name.ORDER, connectionId, status, target.text());
            return order(identity.tenant(), connectionId, order, status, "channel", target.text());
        });
    }

    /**
     * Closes a connection.
     *
     * @param caller an admin
     * @param realm whose; empty for all that the caller may see
     * @param connectionId its id
     * @param comeBack whether its client is to come back, to another node perhaps
     * @return {@code {success, status, connection_id}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> disconnect(
            Caller caller, Optional<String> realm, String connectionId, boolean comeBack) {
        return asked(() -> {
            Optional<String> scope = caller.scope(realm);
            CloseReason reason = comeBack ? CloseReason.SERVICE_RESTART : CloseReason.DISCONNECTED;
            return directory.find(connectionId, scope).thenCompose(found -> {
                ConnectionEntry entry = found.orElseThrow(() -> notFound(connectionId));
                record(caller, AuditEvent.Name.DISCONNECT, connectionId, reason.phrase(), null);
                return order(entry.tenant(), connectionId, new ConnectionOrder.Close(reason), "disconnected");
            });
        });
    }

    private void record(Caller caller, AuditEvent.Name name, String connectionId, String what, String channel) {
        audit.record(AuditEvent.accepted(name)
                .by(Optional.of(caller.identity()))
                .from(caller.address())
                .with("connection_id", connectionId)
                .with("order", what)
                .with("channel", channel));
    }

    private CompletionStage<Body> order(
            String tenant, String connectionId, ConnectionOrder order, String status, Object... more) {
        return directory.order(connectionId, Optional.of(tenant), order).thenApply(outcome -> {
            if (outcome.refusal().isPresent()) {
                String reason = outcome.refusal().get();
                Long retry = reason.equals(Reasons.SYSTEM_OVERLOADED) ? TopicRefusals.RETRY_AFTER_MILLIS : null;
                throw ControlException.of(reason, "connection_id", connectionId, "retry_after_ms", retry);
            }
            Object[] fields = new Object[6 + more.length];
            System.arraycopy(
                    new Object[] {"success", true, "status", status, "connection_id", connectionId}, 0, fields, 0, 6);
            System.arraycopy(more, 0, fields, 6, more.length);
            return Payloads.of(fields);
        });
    }

    static CompletionStage<Body> asked(Supplier<CompletionStage<Body>> ask) {
        try {
            return ask.get();
        } catch (ControlException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
