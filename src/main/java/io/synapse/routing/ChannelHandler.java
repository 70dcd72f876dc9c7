package io.synapse.routing;

import io.synapse.config.TopicsConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.ClientMessage.ChannelMessage;
import io.synapse.protocol.ClientMessage.Send;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Publication;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.routing.EngineChannels.Asking;
import io.synapse.security.TopicAccess;
import io.synapse.stream.Broker.Published;
import io.synapse.topic.TopicHub;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Messages to channels, behind which agents are, and their answers. A client's message stands on the channel's topic, for
 * those who serve the channel only; what they publish there is for everyone who subscribes. Where the engine serves, what
 * it says goes to the one who asked. Safe for use by many threads.
 */
public final class ChannelHandler {

    private static final String EVENT = "message";

    private final TopicHub hub;
    private final SubscriptionHandler subscriptions;
    private final EngineChannels engine;
    private final TopicAccess access;
    private final ConnectionRegistry registry;
    private final Channels channels;
    private final TopicsConfig config;
    private final String node;
    private final Clock clock;
    private final Counters counters;

    /**
     * A handler.
     *
     * @param hub publishes
     * @param subscriptions subscribes those who send
     * @param engine answers on some of the channels
     * @param access who serves which channel
     * @param registry finds connections
     * @param channels which channels there are
     * @param config the bounds
     * @param node the name of this node
     * @param clock stamps messages
     * @param counters for what happens
     */
    public ChannelHandler(
            TopicHub hub,
            SubscriptionHandler subscriptions,
            EngineChannels engine,
            TopicAccess access,
            ConnectionRegistry registry,
            Channels channels,
            TopicsConfig config,
            String node,
            Clock clock,
            Counters counters) {
        this.hub = hub;
        this.subscriptions = subscriptions;
        this.engine = engine;
        this.access = access;
        this.registry = registry;
        this.channels = channels;
        this.config = config;
        this.node = node;
        this.clock = clock;
        this.counters = counters;
    }

    void message(CortexSession session, Channel own, ChannelMessage message) {
        String name = message.channel().orElse(channels.otherwise());
        Optional<TopicPattern> found = channels.find(name);
        if (found.isEmpty()) {
            session.refuse(
                    message.address(),
                    Payloads.refusal(Reasons.UNKNOWN_CHANNEL, "channel", name, "channels", channels.names()));
            return;
        }
        TopicPattern channel = found.get();
        Optional<ErrorBody> objection = objection(own, channel, message);
        if (objection.isPresent()) {
            counters.increment(Counter.EVENTS_REFUSED);
            session.refuse(message.address(), objection.get());
            return;
        }
        Optional<String> question = engine.question(channel, message);
        if (question.isEmpty()) {
            publish(session, own, message, channel, Optional.empty());
        } else if (session.guard().passesAsQuestion(session, own, message)) {
            engine.prepare(session, own, message, name, question.get())
                    .ifPresent(asking -> publish(session, own, message, channel, Optional.of(asking)));
        }
    }

    private Optional<ErrorBody> objection(Channel own, TopicPattern channel, ChannelMessage message) {
        // Who says something there is subscribed, and nobody is who may not be.
        if (!access.maySubscribe(own.identity(), null, channel)) {
            return Optional.of(Payloads.refusal(Reasons.FORBIDDEN, "channel", channel.text()));
        }
        if (message.payload().bytes() > config.messageBytes()) {
            String detail = "payload must have at most " + config.messageBytes() + " bytes";
            return Optional.of(Payloads.refusal(Reasons.INVALID_FIELD, "detail", detail, "channel", channel.text()));
        }
        return Optional.empty();
    }

    private void publish(
            CortexSession session, Channel own, ChannelMessage message, TopicPattern topic, Optional<Asking> asking) {
        String channel = topic.text();
        long now = clock.millis();
        CompletionStage<Published> publishing;
        try {
            subscriptions.subscribeSender(session, own, topic);
            publishing = hub.publish(
                    own.key(topic),
                    Publication.forServers(EVENT, envelope(session, message, channel, now), now),
                    Optional.empty());
        } catch (RuntimeException e) {
            asking.ifPresent(Asking::drop);
            throw e;
        }
        Answers.when(
                publishing,
                published -> {
                    ServerMessage ack = ack(message, channel, published, asking, now);
                    asking.ifPresentOrElse(
                            question -> question.ask(() -> session.connection().send(ack)),
                            () -> session.connection().send(ack));
                },
                failure -> {
                    asking.ifPresent(Asking::drop);
                    session.refuse(message.address(), TopicRefusals.ofChannel(failure, channel));
                });
    }

    private static ServerMessage ack(
            ChannelMessage message, String channel, Published published, Optional<Asking> asking, long now) {
        return new ServerMessage.Push(
                null,
                CortexSession.OWN_TOPIC,
                "ack",
                Payloads.of(
                        "id",
                        CortexSession.mark(message.address()),
                        "message_id",
                        ServerMessage.Event.messageId(
                                published.position().epoch(),
                                published.position().offset()),
                        "channel",
                        channel,
                        "ref",
                        asking.map(Asking::ref).orElse(null),
                        "scope",
                        published.local() ? "node" : null,
                        "timestamp",
                        now));
    }

    private RawJson envelope(CortexSession session, ChannelMessage message, String channel, long now) {
        return RawJson.of(generator -> {
            generator.writeStartObject();
            generator.writeStringField("connection_id", session.connection().id());
            generator.writeStringField("channel", channel);
            if (message.intent().isPresent()) {
                generator.writeStringField("intent", message.intent().get());
            }
            generator.writeFieldName("message");
            message.payload().writeTo(generator);
            generator.writeNumberField("timestamp", now);
            generator.writeStringField("node", node);
            generator.writeEndObject();
        });
    }

    /** Says something to one connection; for those who serve the channel that they say it on. */
    void send(CortexSession session, Channel own, Send send) {
        String channel = send.channel().orElse(channels.otherwise());
        Optional<TopicPattern> topic = TopicPattern.parse(channel).filter(TopicPattern::isTopic);
        if (topic.isEmpty() || !access.mayPublish(own.identity(), null, topic.get())) {
            counters.increment(Counter.EVENTS_REFUSED);
            session.refuse(send.address(), Payloads.refusal(Reasons.FORBIDDEN, "channel", channel));
            return;
        }
        Optional<Connection> receiver =
                registry.get(send.connectionId(), own.identity().tenant());
        if (receiver.isEmpty()) {
            session.refuse(send.address(), Payloads.refusal(Reasons.NOT_FOUND, "connection_id", send.connectionId()));
            return;
        }
        // Whoever serves a channel can wait; a receiver that is sent more than it reads would be cut off.
        if (!receiver.get().sendIfRoom(said(send, channel))) {
            session.refuse(
                    send.address(),
                    Payloads.refusal(
                            Reasons.SYSTEM_OVERLOADED,
                            "connection_id",
                            send.connectionId(),
                            "retry_after_ms",
                            TopicRefusals.RETRY_AFTER_MILLIS));
            return;
        }
        session.reply(send.address(), Payloads.of("connection_id", send.connectionId(), "status", "sent"));
    }

    private ServerMessage said(Send send, String channel) {
        long now = clock.millis();
        return new ServerMessage.Push(null, CortexSession.OWN_TOPIC, EVENT, generator -> {
            generator.writeStartObject();
            generator.writeStringField("channel", channel);
            generator.writeFieldName("payload");
            send.payload().writeTo(generator);
            generator.writeNumberField("timestamp", now);
            generator.writeEndObject();
        });
    }
}
