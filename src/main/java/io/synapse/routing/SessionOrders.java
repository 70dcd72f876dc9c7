package io.synapse.routing;

import io.synapse.connection.ConnectionDirectory.Outcome;
import io.synapse.connection.ConnectionOrder;
import io.synapse.connection.OrderTaker;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.TopicPattern;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** What one connection has joined and subscribed to, for others than its client. Safe for use by many threads. */
final class SessionOrders implements OrderTaker {

    private final CortexSession session;
    private final SubscriptionHandler subscriptions;

    SessionOrders(CortexSession session, SubscriptionHandler subscriptions) {
        this.session = session;
        this.subscriptions = subscriptions;
    }

    @Override
    public Collection<String> channels(String tenant) {
        return ofTenant(tenant)
                .flatMap(channel -> Stream.concat(
                        channel.agent() == null ? Stream.empty() : Stream.of(channel.topic()),
                        channel.subscriptions().requests().stream()
                                .map(request -> request.target().text())))
                .toList();
    }

    private Stream<Channel> ofTenant(String tenant) {
        return session.all().stream()
                .filter(channel -> channel.identity().tenant().equals(tenant));
    }

    @Override
    public CompletionStage<Outcome> obey(String tenant, ConnectionOrder order) {
        List<Channel> channels = ofTenant(tenant).toList();
        if (order instanceof ConnectionOrder.Subscribe subscribe) {
            Optional<TopicPattern> target = TopicPattern.parse(subscribe.topic());
            return target.isEmpty()
                    ? CompletableFuture.completedFuture(Outcome.refused(Reasons.INVALID_TOPIC))
                    : subscriptions.subscribeByOrder(session, channels, target.get());
        }
        if (order instanceof ConnectionOrder.Unsubscribe unsubscribe) {
            boolean ended = subscriptions.unsubscribeByOrder(session, channels, unsubscribe.topic());
            return CompletableFuture.completedFuture(ended ? Outcome.DONE : Outcome.refused(Reasons.NOT_FOUND));
        }
        throw new IllegalArgumentException("not an order about topics");
    }
}
