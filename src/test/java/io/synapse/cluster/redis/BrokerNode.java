package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;

import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.stream.Broker.Feed;
import io.synapse.stream.Broker.Page;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.Broker.Published;
import io.synapse.stream.BrokerBounds;
import io.synapse.stream.Position;
import io.synapse.stream.PositionedStream;
import io.synapse.stream.StreamBounds;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A node with topics, and readers as subscribers are. */
final class BrokerNode implements AutoCloseable {

    static final BrokerBounds BOUNDS = new BrokerBounds(
            new StreamBounds(1000, 1 << 20, Duration.ofMinutes(10)), 100, 1 << 24, 100, Duration.ofMinutes(2));

    final TestNode node;
    final RedisBroker<String> broker;

    BrokerNode(TestNode node) {
        this(node, true);
    }

    BrokerNode(TestNode node, boolean localWhenAway) {
        this.node = node;
        broker = new RedisBroker<>(
                node.link,
                new RedisBroker.Settings(node.name, BOUNDS, localWhenAway, TestNode.TIMEOUT),
                new TextCodec(),
                new RedisBroker.Environment(
                        new RandomIds(), Clock.systemUTC(), Ticker.system(), node.timers, node.counters));
    }

    static BrokerNode connected(String name, String uri, String prefix) {
        return new BrokerNode(TestNode.connected(name, uri, prefix));
    }

    Published publish(String topic, String entry) {
        return join(broker.publish(topic, entry, Optional.empty()));
    }

    Published publish(String topic, String entry, String key) {
        return join(broker.publish(topic, entry, Optional.of(key)));
    }

    Page<String> history(String topic, Position from) {
        return join(broker.history(topic, new PageRequest(Optional.ofNullable(from), 1000, false)));
    }

    Reader read(String topic, Position since) {
        return new Reader(join(broker.open(topic)), since);
    }

    Reader read(String topic) {
        Feed<String> feed = join(broker.open(topic));
        return new Reader(feed, feed.stream().position(feed.stream().end()));
    }

    @Override
    public void close() {
        broker.close();
        node.close();
    }

    /** Keeps what comes, with where it stands, and what it is told of losses. */
    static final class Reader implements AutoCloseable {
        private final Feed<String> feed;
        private final PositionedStream<String> stream;
        private final PositionedStream.Following following;
        private final List<String> seen = new ArrayList<>();
        private final List<String> gaps = new ArrayList<>();
        private final boolean recovered;
        private long place;

        Reader(Feed<String> feed, Position since) {
            this.feed = feed;
            stream = feed.stream();
            recovered = stream.find(since).isPresent()
                    && stream.read(stream.find(since).getAsLong(), 1).complete();
            place = stream.find(since).orElse(stream.end());
            following = stream.follow(this::look);
            look();
        }

        synchronized void look() {
            PositionedStream.Slice<String> slice;
            do {
                slice = stream.read(place, 7);
                if (!slice.complete()) {
                    var missed = stream.missed(place, slice.first() - 1);
                    gaps.add(missed.isPresent() ? Long.toString(missed.getAsLong()) : "unknown");
                }
                seen.addAll(slice.entries());
                place = slice.first() + slice.entries().size() - 1;
            } while (!slice.entries().isEmpty());
        }

        synchronized List<String> seen() {
            return List.copyOf(seen);
        }

        synchronized List<String> gaps() {
            return List.copyOf(gaps);
        }

        boolean recovered() {
            return recovered;
        }

        synchronized Position position() {
            return stream.position(place);
        }

        @Override
        public void close() {
            following.end();
            feed.close();
        }
    }
}
