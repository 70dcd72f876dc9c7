package io.synapse.topic;

import io.synapse.config.TopicsConfig;
import io.synapse.connection.Connection;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Publication;
import io.synapse.protocol.TopicPattern;
import io.synapse.stream.Broker;
import io.synapse.stream.Broker.Feed;
import io.synapse.stream.Broker.Page;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.Broker.Published;
import io.synapse.stream.Position;
import io.synapse.stream.PositionedStream;
import io.synapse.topic.SubscribeRequest.Missing;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Publishes on topics and follows them. Who may do what is decided before anything comes here. Safe for use by many
 * threads; nothing waits.
 */
public final class TopicHub {

    /**
     * What came of subscribing.
     *
     * @param subscription follows as soon as the one who asked has been told this; its position is where it begins
     * @param recovered whether everything since the position asked for follows; empty if none was asked for
     */
    public record Subscribed(TopicSubscription subscription, Optional<Boolean> recovered) {}

    /**
     * How much there is of what.
     *
     * @param topics topics on this node
     * @param bytes the memory of what is kept of them
     * @param subscriptions to topics and patterns
     * @param patterns different patterns among them
     */
    public record Status(int topics, long bytes, int subscriptions, int patterns) {}

    private final Broker<Publication> broker;
    private final Counters counters;
    private final Patterns patterns;
    private final BlockingReaders blocking;
    private final AtomicInteger subscriptions = new AtomicInteger();

    /**
     * A hub.
     *
     * @param broker holds the topics
     * @param config the bounds
     * @param patterns follows topics by pattern
     * @param counters for what happens
     */
    public TopicHub(Broker<Publication> broker, TopicsConfig config, Patterns patterns, Counters counters) {
        this.broker = broker;
        this.counters = counters;
        this.patterns = patterns;
        blocking = new BlockingReaders(config.historyCount(), config.historyBytes());
        broker.watch(patterns);
    }

    /**
     * Publishes.
     *
     * @param topic where: the {@link io.synapse.protocol.TopicPattern#key key} of the topic
     * @param publication what
     * @param idempotencyKey names it, so that saying it again does nothing
     * @return where it stands; fails with a {@link TopicException} if it was not published
     */
    public CompletionStage<Published> publish(String topic, Publication publication, Optional<String> idempotencyKey) {
        BlockingReaders.Admission admission = blocking.admit(topic, publication.bytes());
        if (!admission.granted()) {
            counters.increment(Counter.EVENTS_REFUSED);
            return CompletableFuture.failedFuture(new TopicException(TopicException.Reason.OVERLOADED));
        }
        CompletionStage<Published> publishing;
        try {
            publishing = broker.publish(topic, publication, idempotencyKey);
        } catch (RuntimeException e) {
            publishing = CompletableFuture.failedFuture(e);
        }
        return publishing.handle((published, failure) -> {
            admission.release();
            if (failure != null) {
                counters.increment(Counter.EVENTS_REFUSED);
                throw TopicException.of(failure);
            }
            if (!published.duplicate()) {
                counters.increment(Counter.EVENTS_PUBLISHED);
            }
            return published;
        });
    }

    /**
     * Follows a topic or a pattern.
     *
     * @param connection who follows
     * @param request how. A position in a pattern is known to this server only, and ends with the last subscription to it
     * @param accepted told before the first message comes, or not at all if it is refused: the place to reply
     * @return completes when {@code accepted} was told; fails with a {@link TopicException}
     */
    public CompletionStage<Void> subscribe(
            Connection connection, SubscribeRequest request, Consumer<Subscribed> accepted) {
        if (request.target().isTopic()) {
            return broker.open(request.target().key()).handle((feed, failure) -> {
                if (failure != null) {
                    throw TopicException.of(failure);
                }
                start(connection, request, topic(request.target().text(), feed), feed::close, accepted);
                return null;
            });
        }
        return broker.want(names(request.target())).handle((interest, failure) -> {
            if (failure != null) {
                throw TopicException.of(failure);
            }
            MergedTopics merged;
            try {
                merged = patterns.open(request.target());
            } catch (TopicException e) {
                interest.end();
                throw e;
            }
            Runnable close = () -> {
                patterns.close(merged);
                interest.end();
            };
            start(connection, request, merged.source(), close, accepted);
            return null;
        });
    }

    private static Predicate<String> names(TopicPattern pattern) {
        return key -> TopicPattern.ofKey(key).filter(pattern::covers).isPresent();
    }

    private static EventStream<Publication> topic(String name, Feed<Publication> feed) {
        PositionedStream<Publication> stream = feed.stream();
        return new EventStream<>(
                stream, (reader, publication, place) -> reader.event(name, stream.position(place), publication));
    }

    private void start(
            Connection connection,
            SubscribeRequest request,
            EventStream<?> source,
            Runnable close,
            Consumer<Subscribed> accepted) {
        Start start = beginning(source.stream(), request);
        start.recovered()
                .ifPresent(complete -> counters.increment(complete ? Counter.RECOVERED : Counter.NOT_RECOVERED));
        counters.increment(Counter.SUBSCRIPTIONS_STARTED);
        subscriptions.incrementAndGet();
        TopicSubscription subscription = new TopicSubscription(
                connection,
                request,
                source,
                start.from(),
                counters,
                ended -> {
                    subscriptions.decrementAndGet();
                    blocking.remove(request.target().key(), ended);
                },
                close);
        if (request.policy() == SlowPolicy.BLOCK) {
            blocking.add(request.target().key(), subscription);
        }
        try {
            accepted.accept(new Subscribed(subscription, start.recovered()));
        } catch (RuntimeException e) {
            subscription.end();
            throw e;
        }
        subscription.begin();
    }

    /** Where a subscription begins, and whether that is where it was to. */
    private record Start(long from, Optional<Boolean> recovered) {}

    private static Start beginning(PositionedStream<?> stream, SubscribeRequest request) {
        if (request.since().isEmpty()) {
            return new Start(stream.end(), Optional.empty());
        }
        Position since = request.since().get();
        // The stream of a pattern begins with its first subscriber, so its beginning is not that of its topics.
        boolean isPlace = request.target().isTopic() || since.epoch().equals(stream.epoch());
        OptionalLong place = isPlace ? stream.find(since) : OptionalLong.empty();
        if (place.isEmpty()) {
            return new Start(stream.end(), Optional.of(false));
        }
        PositionedStream.Slice<?> next = stream.read(place.getAsLong(), 1);
        if (next.complete() || request.missing() == Missing.TELL_GAP) {
            return new Start(place.getAsLong(), Optional.of(true));
        }
        long from = request.missing() == Missing.BEGIN_OLDEST ? next.first() - 1 : stream.end();
        return new Start(from, Optional.of(false));
    }

    /**
     * Reads a part of what is kept of a topic.
     *
     * @param topic the {@link io.synapse.protocol.TopicPattern#key key} of the topic
     * @param request which part
     * @return the messages
     */
    public CompletionStage<Page<Publication>> history(String topic, PageRequest request) {
        return broker.history(topic, request);
    }

    /**
     * How much there is of what.
     *
     * @return figures of one moment
     */
    public Status status() {
        Broker.Status kept = broker.status();
        return new Status(kept.topics(), kept.bytes(), subscriptions.get(), patterns.count());
    }

    /**
     * What is kept of each topic and pattern: a page of them, by name.
     *
     * @param after the name that the page comes after; empty for the first page
     * @param limit how many, at most
     * @return a copy of this moment, in order
     */
    public List<TopicQueue> queues(String after, int limit) {
        return patterns.list(after, limit, blocking::isFull);
    }

    /** How many topics have subscribers that must not lose anything. */
    int blockingTopics() {
        return blocking.topics();
    }
}
