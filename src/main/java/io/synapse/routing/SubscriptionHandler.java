package io.synapse.routing;

import io.synapse.config.TopicsConfig;
import io.synapse.connection.ConnectionDirectory.Outcome;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage.Filter;
import io.synapse.protocol.ClientMessage.Subscribe;
import io.synapse.protocol.ClientMessage.SubscribeAll;
import io.synapse.protocol.ClientMessage.Unsubscribe;
import io.synapse.protocol.ClientMessage.UnsubscribeAll;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.security.TopicAccess;
import io.synapse.stream.Position;
import io.synapse.topic.SlowPolicy;
import io.synapse.topic.SubscribeRequest;
import io.synapse.topic.SubscribeRequest.Acks;
import io.synapse.topic.SubscribeRequest.Missing;
import io.synapse.topic.Subscriptions;
import io.synapse.topic.TopicHub;
import io.synapse.topic.TopicHub.Subscribed;
import io.synapse.topic.TopicSubscription;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Subscribing to topics and patterns, and ending that. Safe for use by many threads. */
public final class SubscriptionHandler {

    private final TopicHub hub;
    private final TopicAccess access;
    private final TopicsConfig config;
    private final Channels channels;

    /**
     * A handler.
     *
     * @param hub follows
     * @param access who may do what
     * @param config the bounds
     * @param channels topics that are served
     */
    public SubscriptionHandler(TopicHub hub, TopicAccess access, TopicsConfig config, Channels channels) {
        this.hub = hub;
        this.access = access;
        this.config = config;
        this.channels = channels;
    }

    void subscribe(CortexSession session, Channel channel, Address address, Subscribe subscribe) {
        subscribe(
                session,
                channel,
                subscribe,
                // Behind what an earlier subscription to the same may have sent, so that the offsets are in order.
                (subscription, accepted) -> session.replyInStream(address, accepted),
                refused -> session.refuse(channel, address, refused));
    }

    /** Several at once, with one answer: what was accepted and what was not; a refusal if nothing was. */
    void subscribe(CortexSession session, Channel channel, SubscribeAll all) {
        SubscribeAnswer answer =
                new SubscribeAnswer(session, all.address(), all.each().size());
        for (Subscribe subscribe : all.each()) {
            try {
                subscribe(session, channel, subscribe, answer::accepted, answer::refused);
            } catch (RuntimeException e) {
                // The others have a right to their answer.
                answer.refused(TopicRefusals.of(e, subscribe.target().text()));
            }
        }
    }

    private void subscribe(
            CortexSession session,
            Channel channel,
            Subscribe subscribe,
            BiConsumer<TopicSubscription, Body> accepted,
            Consumer<ErrorBody> refused) {
        TopicPattern target = subscribe.target();
        boolean serves = access.mayPublish(channel.identity(), channel.agent(), target);
        // What was said on a channel, and acknowledged, must not be lost to who serves it.
        String otherwise = serves && channels.has(target) ? SlowPolicy.BLOCK.word() : config.slowPolicy();
        Optional<SlowPolicy> policy = SlowPolicy.of(subscribe.policy().orElse(otherwise));
        Optional<ErrorBody> objection = objection(session, channel, target, policy);
        if (objection.isPresent()) {
            refused.accept(objection.get());
            return;
        }
        if (subscribe.acknowledged() && !target.isTopic()) {
            refused.accept(TopicRefusals.invalid("acknowledged needs one topic, without *", target.text()));
            return;
        }
        SubscribeRequest request = new SubscribeRequest(
                target,
                subscribe.events(),
                policy.orElseThrow(),
                subscribe.since().map(TopicRefusals::position),
                Missing.BEGIN_NOW,
                subscribe.acknowledged() ? Acks.WANTED : Acks.NONE,
                channel.reader(serves));
        subscribe(
                session,
                channel,
                request,
                subscribed -> accepted.accept(subscribed.subscription(), subscribed(subscribed)),
                refused);
    }

    // Whatever is said about a topic last wins, however long the broker takes.
    private void subscribe(
            CortexSession session,
            Channel channel,
            SubscribeRequest request,
            Consumer<Subscribed> accepted,
            Consumer<ErrorBody> refused) {
        String target = request.target().text();
        Subscriptions.Ticket ticket = channel.subscriptions().prepare(target);
        CompletionStage<Void> subscribing;
        try {
            SubscribeRequest ofTenant = request.of(channel.identity().tenant());
            subscribing = hub.subscribe(session.connection(), ofTenant, subscribed -> {
                if (channel.subscriptions().add(ticket, subscribed.subscription())) {
                    session.changed();
                    accepted.accept(subscribed);
                } else {
                    refused.accept(Payloads.refusal(Reasons.OVERTAKEN, "topic", target));
                }
            });
        } catch (RuntimeException e) {
            channel.subscriptions().abandon(ticket);
            throw e;
        }
        Answers.when(subscribing, done -> channel.subscriptions().abandon(ticket), failure -> {
            channel.subscriptions().abandon(ticket);
            refused.accept(TopicRefusals.of(failure, target));
        });
    }

    private Optional<ErrorBody> objection(
            CortexSession session, Channel channel, TopicPattern target, Optional<SlowPolicy> policy) {
        if (policy.isEmpty()) {
            return Optional.of(TopicRefusals.invalid("policy must be block, drop-oldest or disconnect", target.text()));
        }
        if (policy.get() == SlowPolicy.BLOCK && !target.isTopic()) {
            return Optional.of(TopicRefusals.invalid("policy block needs one topic, without *", target.text()));
        }
        if (!maySubscribe(channel, target, policy.get())) {
            return Optional.of(Payloads.refusal(Reasons.FORBIDDEN, "topic", target.text()));
        }
        return isFull(session, channel, target)
                ? Optional.of(Payloads.refusal(Reasons.TOO_MANY_SUBSCRIPTIONS, "topic", target.text()))
                : Optional.empty();
    }

    private boolean isFull(CortexSession session, Channel channel, TopicPattern target) {
        return !channel.subscriptions().has(target.text())
                && session.subscriptions() >= config.subscriptionsPerConnection();
    }

    /** Who says something on a channel hears what is said there, though not what is for those who serve it. */
    void subscribeSender(CortexSession session, Channel channel, TopicPattern topic) {
        if (channel.subscriptions().has(topic.text()) || isFull(session, channel, topic)) {
            return;
        }
        SubscribeRequest request =
                new SubscribeRequest(topic, Set.of(), SlowPolicy.DROP_OLDEST, Optional.empty(), channel.reader(false));
        subscribe(session, channel, request, subscribed -> {}, refused -> {
            if (!refused.reason().equals(Reasons.OVERTAKEN)) {
                session.pushError(channel.joinRef(), channel.topic(), refused);
            }
        });
    }

    // One that blocks decides who may publish, so it needs the right to publish itself.
    private boolean maySubscribe(Channel channel, TopicPattern target, SlowPolicy policy) {
        return access.maySubscribe(channel.identity(), channel.agent(), target)
                && (policy != SlowPolicy.BLOCK || access.mayPublish(channel.identity(), channel.agent(), target));
    }

    private static Body subscribed(Subscribed subscribed) {
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
        subscribeAgain(
                session,
                channel,
                request,
                subscribed -> {
                    if (!subscribed.recovered().orElse(true)) {
                        session.connection()
                                .sendData(new ServerMessage.Push(
                                        channel.joinRef(), channel.topic(), "recovery", subscribed(subscribed)));
                    }
                },
                refused -> session.pushError(channel.joinRef(), channel.topic(), refused));
    }

    /**
     * Subscribes again to what was subscribed to on an earlier connection, or join.
     *
     * @param accepted told of the subscription, which has yet to begin, and whether everything since its position follows
     */
    void restore(
            CortexSession session,
            Channel channel,
            SubscribeRequest request,
            BiConsumer<TopicSubscription, Boolean> accepted,
            Consumer<ErrorBody> refused) {
        if (isFull(session, channel, request.target())) {
            refused.accept(Payloads.refusal(Reasons.TOO_MANY_SUBSCRIPTIONS));
            return;
        }
        subscribeAgain(
                session,
                channel,
                request,
                subscribed -> accepted.accept(
                        subscribed.subscription(), subscribed.recovered().orElse(true)),
                refused);
    }

    private void subscribeAgain(
            CortexSession session,
            Channel channel,
            SubscribeRequest request,
            Consumer<Subscribed> accepted,
            Consumer<ErrorBody> refused) {
        String target = request.target().text();
        // Who joined again may be somebody else.
        if (!maySubscribe(channel, request.target(), request.policy())) {
            refused.accept(Payloads.refusal(Reasons.FORBIDDEN, "topic", target));
            return;
        }
        boolean serves =
                request.reader().serves() && access.mayPublish(channel.identity(), channel.agent(), request.target());
        subscribe(session, channel, request.with(channel.reader(serves)), accepted, refused);
    }

    /** Ends what the client may not subscribe to any more, and says so. */
    void endForbidden(CortexSession session, Channel channel) {
        for (SubscribeRequest request : channel.subscriptions().requests()) {
            String target = request.target().text();
            if (!maySubscribe(channel, request.target(), request.policy()) && end(session, channel, target)) {
                session.connection()
                        .sendData(new ServerMessage.Push(
                                channel.joinRef(),
                                channel.topic(),
                                "unsubscribed",
                                Payloads.of("topic", target, "reason", Reasons.FORBIDDEN)));
            }
        }
    }

    private static boolean end(CortexSession session, Channel channel, String target) {
        boolean ended = channel.subscriptions().end(target);
        if (ended) {
            session.changed();
        }
        return ended;
    }

    /** Subscribes a client that has not asked for it, on the first of its topics that it may have it on, and tells it so. */
    CompletionStage<Outcome> subscribeByOrder(CortexSession session, List<Channel> channels, TopicPattern target) {
        Optional<Channel> present = channels.stream()
                .filter(channel -> channel.subscriptions().has(target.text()))
                .findFirst();
        if (present.isPresent()) {
            return CompletableFuture.completedFuture(Outcome.DONE);
        }
        // Nobody is made to hold up publishers by order.
        SlowPolicy policy = SlowPolicy.of(config.slowPolicy())
                .filter(usual -> usual != SlowPolicy.BLOCK)
                .orElse(SlowPolicy.DROP_OLDEST);
        Optional<Channel> channel = channels.stream()
                .filter(each -> maySubscribe(each, target, policy))
                .findFirst();
        if (channel.isEmpty()) {
            return CompletableFuture.completedFuture(Outcome.refused(Reasons.FORBIDDEN));
        }
        if (isFull(session, channel.get(), target)) {
            return CompletableFuture.completedFuture(Outcome.refused(Reasons.TOO_MANY_SUBSCRIPTIONS));
        }
        // Who serves a channel has asked to; nobody makes it by order.
        SubscribeRequest request = new SubscribeRequest(
                target, Set.of(), policy, Optional.empty(), channel.get().reader(false));
        CompletableFuture<Outcome> outcome = new CompletableFuture<>();
        subscribe(
                session,
                channel.get(),
                request,
                subscribed -> {
                    push(session, channel.get(), "subscribed", subscribed(subscribed));
                    outcome.complete(Outcome.DONE);
                },
                refused -> outcome.complete(Outcome.refused(refused.reason())));
        return outcome;
    }

    /** Ends a subscription of a client that has not asked for that, and tells it so. */
    boolean unsubscribeByOrder(CortexSession session, List<Channel> channels, String target) {
        boolean any = false;
        for (Channel channel : channels) {
            if (end(session, channel, target)) {
                any = true;
                push(session, channel, "unsubscribed", Payloads.of("topic", target, "reason", Reasons.BY_ORDER));
            }
        }
        return any;
    }

    private static void push(CortexSession session, Channel channel, String event, Body payload) {
        session.connection().sendData(new ServerMessage.Push(channel.joinRef(), channel.topic(), event, payload));
    }

    void filter(CortexSession session, Channel channel, Address address, Filter filter) {
        channel.filter().set(filter.events());
        session.reply(address, Payloads.of("events", List.copyOf(filter.events())));
    }

    // The reply comes after whatever was given to the connection before, so nothing of the topic comes after the reply.
    void unsubscribe(CortexSession session, Channel channel, Address address, Unsubscribe unsubscribe) {
        String target = unsubscribe.target().text();
        if (end(session, channel, target)) {
            session.replyInStream(address, Payloads.of("topic", target));
        } else {
            session.refuse(channel, address, Payloads.refusal(Reasons.NOT_FOUND, "topic", target));
        }
    }

    void unsubscribe(CortexSession session, Channel channel, UnsubscribeAll all) {
        List<String> ended = all.targets().stream()
                .map(TopicPattern::text)
                .filter(target -> end(session, channel, target))
                .toList();
        if (ended.isEmpty()) {
            session.refuse(
                    channel,
                    all.address(),
                    Payloads.refusal(
                            Reasons.NOT_FOUND, "topic", all.targets().get(0).text()));
        } else {
            session.replyInStream(all.address(), Payloads.of("topics", ended));
        }
    }
}
