package io.synapse.cluster.redis;

import io.synapse.platform.RandomIds;
import io.synapse.stream.Broker;
import io.synapse.stream.BrokerBounds;
import io.synapse.stream.BrokerContract;
import io.synapse.testing.RedisServer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** What every broker must do, by one whose topics are in a real Redis. */
class RedisBrokerTest extends BrokerContract {

    private static RedisServer redis;

    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeAll
    static void startRedis() {
        redis = RedisServer.run();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Override
    protected Broker<String> open(BrokerBounds bounds) {
        TestNode node = TestNode.connected("a", redis.uri(), TestNode.prefix());
        RedisBroker<String> broker = new RedisBroker<>(
                node.link,
                new RedisBroker.Settings("a", bounds, true, TestNode.TIMEOUT),
                new TextCodec(),
                new RedisBroker.Environment(
                        new RandomIds(), new TickerClock(ticker), ticker, node.timers, node.counters));
        open.add(broker);
        open.add(node);
        return broker;
    }
}
