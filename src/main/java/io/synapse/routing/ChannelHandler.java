package io.synapse.routing;

import io.synapse.config.GatewayConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.ClientMessage.ChannelMessage;
import io.synapse.protocol.ClientMessage.Send;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Publication;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.security.TopicAccess;
import io.synapse.topic.TopicHub;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Messages to channels, behind which agents are, and their answers. A client's message stands on the channel's topic, for
 * those who serve the channel only; what they publish there is for everyone who subscribes. Safe for use by many threads.
 */
public final class ChannelHandler {

    private static final String EVENT = "message";

    private final TopicHub hub;
    private final SubscriptionHandler subscriptions;
    private final TopicAccess access;
    private final ConnectionRegistry registry;
    private final GatewayConfig config;
    private final String node;
    private final List<TopicPattern> channels;
    private final Clock clock;
    private final Counters counters;

    /**
     * A handler.
     *
     * @param hub publishes
     * @param subscriptions subscribes those who send
     * @param access who serves which channel
     * @param registry finds connections
     * @param config which channels there are
     * @param node the name of this node
     * @param clock stamps messages
     * @param counters for what happens
     */
    public ChannelHandler(
            TopicHub hub,
            SubscriptionHandler subscriptions,
            TopicAccess access,
            ConnectionRegistry registry,
            GatewayConfig config,
            String node,
            Clock clock,
            Counters counters) {
        this.hub = hub;
        this.subscriptions = subscriptions;
        this.access = access;
        this.registry = registry;
        this.config = config;
        this.node = node;
        this.clock = clock;
        this.counters = counters;
        channels = config.channels().stream()
                .map(text -> TopicPattern.parse(text).orElseThrow())
                .toList();
    }

    void message(CortexSession session, Channel own, ChannelMessage message) {
        String channel = message.channel().orElse(config.defaultChannel());
        Optional<TopicPattern> topic = TopicPattern.parse(channel).filter(TopicPattern::isTopic);
        if (topic.isEmpty() || channels.stream().noneMatch(known -> known.covers(topic.get()))) {
            session.refuse(
                    message.address(),
                    Payloads.refusal(Reasons.UNKNOWN_CHANNEL, "channel", channel, "channels", config.channels()));
            return;
        }
        // Who says something there is subscribed, and nobody is who may not be.
        if (!access.maySubscribe(own.identity(), null, topic.get())) {
            counters.increment(Counter.EVENTS_REFUSED);
            session.refuse(message.address(), Payloads.refusal(Reasons.FORBIDDEN, "channel", channel));
            return;
        }
        long now = clock.millis();
        Publication publication = Publication.forServers(EVENT, envelope(session, message, channel, now), now);
        subscriptions.subscribeSender(session, own, topic.get());
        hub.publish(channel, publication, Optional.empty()).whenComplete((published, failure) -> {
            if (failure != null) {
                session.refuse(message.address(), TopicRefusals.of(failure, channel));
                return;
            }
            String messageId = ServerMessage.Event.messageId(
                    published.position().epoch(), published.position().offset());
            session.connection()
                    .send(new ServerMessage.Push(
                            null,
                            CortexSession.OWN_TOPIC,
                            "ack",
                            Payloads.of(
                                    "id",
                                    CortexSession.mark(message.address()),
                                    "message_id",
                                    messageId,
                                    "channel",
                                    channel,
                                    "timestamp",
                                    now)));
        });
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
        String channel = send.channel().orElse(config.defaultChannel());
        Optional<TopicPattern> topic = TopicPattern.parse(channel).filter(TopicPattern::isTopic);
        if (topic.isEmpty() || !access.mayPublish(own.identity(), null, topic.get())) {
            counters.increment(Counter.EVENTS_REFUSED);
            session.refuse(send.address(), Payloads.refusal(Reasons.FORBIDDEN, "channel", channel));
            return;
        }
        Optional<Connection> receiver = registry.get(send.connectionId());
        if (receiver.isEmpty()) {
            session.refuse(send.address(), Payloads.refusal(Reasons.NOT_FOUND, "connection_id", send.connectionId()));
            return;
        }
        // Whoever serves a channel can wait; a receiver that is sent more than it reads would be cut off.
        if (!receiver.get().requestRoom()) {
            session.refuse(
                    send.address(),
                    Payloads.refusal(
                            Reasons.SYSTEM_OVERLOADED,
                            "connection_id",
                            send.connectionId(),
                            "retry_after_ms",
                            TopicHandler.RETRY_AFTER_MILLIS));
            return;
        }
        long now = clock.millis();
        receiver.get().sendData(new ServerMessage.Push(null, CortexSession.OWN_TOPIC, EVENT, generator -> {
            generator.writeStartObject();
            generator.writeStringField("channel", channel);
            generator.writeFieldName("payload");
            send.payload().writeTo(generator);
            generator.writeNumberField("timestamp", now);
            generator.writeEndObject();
        }));
        session.reply(send.address(), Payloads.of("connection_id", send.connectionId(), "status", "sent"));
    }
}
