package io.synapse.routing;

import io.synapse.config.TopicsConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage.Filter;
import io.synapse.protocol.ClientMessage.History;
import io.synapse.protocol.ClientMessage.Publish;
import io.synapse.protocol.ClientMessage.Since;
import io.synapse.protocol.ClientMessage.Subscribe;
import io.synapse.protocol.ClientMessage.Unsubscribe;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Publication;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.security.TopicAccess;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.Position;
import io.synapse.topic.SlowPolicy;
import io.synapse.topic.SubscribeRequest;
import io.synapse.topic.TopicException;
import io.synapse.topic.TopicHub;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** Everything about topics that a client can say. Safe for use by many threads. */
public final class TopicHandler {

    private static final System.Logger LOGGER = System.getLogger(TopicHandler.class.getName());
    private static final long RETRY_AFTER_MILLIS = 1000;

    private final TopicHub hub;
    private final TopicAccess access;
    private final TopicsConfig config;
    private final Clock clock;
    private final Counters counters;

    /**
     * A handler.
     *
     * @param hub publishes and follows
     * @param access who may do what
     * @param config the bounds
     * @param clock stamps what is published
     * @param counters for what happens
     */
    public TopicHandler(TopicHub hub, TopicAccess access, TopicsConfig config, Clock clock, Counters counters) {
        this.hub = hub;
        this.access = access;
        this.config = config;
        this.clock = clock;
        this.counters = counters;
    }

    void subscribe(CortexSession session, Channel channel, Address address, Subscribe subscribe) {
        Optional<SlowPolicy> policy = SlowPolicy.of(subscribe.policy().orElse(config.slowPolicy()));
        String target = subscribe.target().text();
        if (policy.isEmpty()
                || policy.get() == SlowPolicy.BLOCK && !subscribe.target().isTopic()) {
            String detail = policy.isEmpty()
                    ? "policy must be block, drop-oldest or disconnect"
                    : "policy block needs one topic, without *";
            session.refuse(channel, address, invalid(detail, target));
            return;
        }
        if (!maySubscribe(channel, subscribe.target(), policy.get())) {
            refuse(session, channel, address, target, Reasons.FORBIDDEN);
            return;
        }
        if (!channel.subscriptions().has(target) && session.subscriptions() >= config.subscriptionsPerConnection()) {
            refuse(session, channel, address, target, Reasons.TOO_MANY_SUBSCRIPTIONS);
            return;
        }
        SubscribeRequest request = new SubscribeRequest(
                subscribe.target(),
                subscribe.events(),
                policy.get(),
                subscribe.since().map(TopicHandler::position),
                channel.reader());
        hub.subscribe(session.connection(), request, subscribed -> {
                    channel.subscriptions().add(subscribed.subscription());
                    // Behind what an earlier subscription to the same may have sent, so that the offsets are in order.
                    session.replyInStream(address, subscribed(subscribed));
                })
                .whenComplete((done, failure) -> failed(session, channel, address, target, failure));
    }

    // One that blocks decides who may publish, so it needs the right to publish itself.
    private boolean maySubscribe(Channel channel, TopicPattern target, SlowPolicy policy) {
        return access.maySubscribe(channel.identity(), channel.agent(), target)
                && (policy != SlowPolicy.BLOCK || access.mayPublish(channel.identity(), channel.agent(), target));
    }

    private static Body subscribed(TopicHub.Subscribed subscribed) {
        TopicPattern target = subscribed.subscription().request().target();
        Position position = target.isTopic() ? subscribed.subscription().position() : null;
        return Payloads.of(
                "topic",
                target.text(),
                "offset",
                position == null ? null : position.offset(),
                "epoch",
                position == null ? null : position.epoch(),
                "recovered",
                subscribed.recovered().orElse(null));
    }

    /** Subscribes again to what was subscribed to on an earlier join; says so if something of it is gone. */
    void subscribeAgain(CortexSession session, Channel channel, SubscribeRequest request) {
        // Who joined again may be somebody else.
        if (!maySubscribe(channel, request.target(), request.policy())) {
            notAgain(session, channel, request, Reasons.FORBIDDEN);
            return;
        }
        SubscribeRequest again = request.with(channel.reader());
        hub.subscribe(session.connection(), again, subscribed -> {
                    channel.subscriptions().add(subscribed.subscription());
                    if (!subscribed.recovered().orElse(true)) {
                        session.connection()
                                .sendData(new ServerMessage.Push(
                                        channel.joinRef(), channel.topic(), "recovery", subscribed(subscribed)));
                    }
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        notAgain(session, channel, request, reason(failure));
                    }
                });
    }

    private static void notAgain(CortexSession session, Channel channel, SubscribeRequest request, String reason) {
        session.pushError(
                channel.joinRef(),
                channel.topic(),
                Payloads.of("reason", reason, "topic", request.target().text()));
    }

    void filter(CortexSession session, Channel channel, Address address, Filter filter) {
        channel.filter().set(filter.events());
        session.reply(address, Payloads.of("events", List.copyOf(filter.events())));
    }

    // The reply comes after whatever was given to the connection before, so nothing of the topic comes after the reply.
    void unsubscribe(CortexSession session, Channel channel, Address address, Unsubscribe unsubscribe) {
        String target = unsubscribe.target().text();
        if (channel.subscriptions().end(target)) {
            session.replyInStream(address, Payloads.of("topic", target));
        } else {
            refuse(session, channel, address, target, Reasons.NOT_FOUND);
        }
    }

    void publish(CortexSession session, Channel channel, Address address, Publish publish) {
        String topic = publish.topic().text();
        if (!access.mayPublish(channel.identity(), channel.agent(), publish.topic())) {
            counters.increment(Counter.EVENTS_REFUSED);
            refuse(session, channel, address, topic, Reasons.FORBIDDEN);
            return;
        }
        if (publish.payload().bytes() > config.messageBytes()) {
            counters.increment(Counter.EVENTS_REFUSED);
            String detail = "payload must have at most " + config.messageBytes() + " bytes";
            session.refuse(channel, address, invalid(detail, topic));
            return;
        }
        Publication publication = new Publication(publish.event(), publish.payload(), clock.millis());
        hub.publish(topic, publication, publish.idempotencyKey()).whenComplete((published, failure) -> {
            if (failure != null) {
                failed(session, channel, address, topic, failure);
                return;
            }
            Position position = published.position();
            session.reply(
                    address,
                    Payloads.of(
                            "topic",
                            topic,
                            "offset",
                            position.offset(),
                            "epoch",
                            position.epoch(),
                            "duplicate",
                            published.duplicate() ? true : null));
        });
    }

    void history(CortexSession session, Channel channel, Address address, History history) {
        String topic = history.topic().text();
        if (!access.maySubscribe(channel.identity(), channel.agent(), history.topic())) {
            refuse(session, channel, address, topic, Reasons.FORBIDDEN);
            return;
        }
        int limit = Math.min(history.limit().orElse(config.pageSize()), config.pageSize());
        PageRequest request = new PageRequest(history.since().map(TopicHandler::position), limit, history.backwards());
        hub.history(topic, request).whenComplete((page, failure) -> {
            if (failure != null) {
                failed(session, channel, address, topic, failure);
            } else {
                session.reply(address, HistoryBody.of(topic, page, history.backwards()));
            }
        });
    }

    private static Position position(Since since) {
        return new Position(since.epoch(), since.offset());
    }

    private static void failed(
            CortexSession session, Channel channel, Address address, String topic, Throwable failure) {
        if (failure != null) {
            refuse(session, channel, address, topic, reason(failure));
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof TopicException refused) {
            return switch (refused.reason()) {
                case OVERLOADED -> Reasons.SYSTEM_OVERLOADED;
                case TOO_MANY_TOPICS, TOO_MANY_PATTERNS -> Reasons.TOO_MANY_TOPICS_IN_USE;
                case KEY_IN_USE -> Reasons.KEY_IN_USE;
            };
        }
        LOGGER.log(Level.ERROR, "a topic failed", cause);
        return Reasons.INTERNAL_ERROR;
    }

    private static void refuse(CortexSession session, Channel channel, Address address, String topic, String reason) {
        Long retry = reason.equals(Reasons.SYSTEM_OVERLOADED) ? RETRY_AFTER_MILLIS : null;
        session.refuse(channel, address, Payloads.of("reason", reason, "topic", topic, "retry_after_ms", retry));
    }

    private static Body invalid(String detail, String topic) {
        return Payloads.of("reason", Reasons.INVALID_FIELD, "detail", detail, "topic", topic);
    }
}
