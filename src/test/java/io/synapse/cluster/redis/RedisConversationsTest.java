package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.config.ConversationConfig;
import io.synapse.config.DoubleTexting;
import io.synapse.conversation.ConversationKey;
import io.synapse.conversation.ConversationStore;
import io.synapse.conversation.ConversationStoreContract;
import io.synapse.conversation.Turn;
import io.synapse.platform.Counter;
import io.synapse.testing.RedisServer;
import io.synapse.testing.TickerClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class RedisConversationsTest extends ConversationStoreContract {

    private static final ConversationConfig CONFIG =
            new ConversationConfig(DoubleTexting.ENQUEUE, 10, 100, 1 << 16, 100, 50, 1 << 20, Duration.ofHours(1), 10);
    private static final ConversationKey KEY = new ConversationKey("a\0nn %00", "a:{b}", "c\0d%");

    private static RedisServer redis;
    private final List<TestNode> nodes = new ArrayList<>();

    @BeforeAll
    static void start() {
        redis = RedisServer.run();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @AfterEach
    void close() {
        nodes.forEach(TestNode::close);
    }

    private TestNode node(String prefix) {
        TestNode node = TestNode.orderly("a", redis.uri(), prefix);
        nodes.add(node);
        return node;
    }

    @Override
    protected ConversationStore open(ConversationConfig config) {
        return new RedisConversations(node(TestNode.prefix()).link, config, new TickerClock(timers.ticker()), counters);
    }

    private static Turn turn(String answer) {
        return new Turn(
                "r", "q \"\\ \u0000 ü 😀", answer, "success", true, Instant.EPOCH, Instant.EPOCH, OptionalLong.of(3));
    }

    @Test
    @DisplayName("A conversation that went on at one node goes on at another, whatever is in its names and texts")
    void goesOnAtAnotherNode() {
        String prefix = TestNode.prefix();
        ConversationStore one = new RedisConversations(node(prefix).link, CONFIG, Clock.systemUTC(), counters);
        ConversationStore other = new RedisConversations(node(prefix).link, CONFIG, Clock.systemUTC(), counters);
        one.append(KEY, turn("first"));
        join(one.context(KEY));
        other.append(KEY, turn("second"));
        assertThat(join(other.context(KEY))).containsExactly(turn("first"), turn("second"));
        assertThat(join(other.list(KEY.subject(), KEY.agent(), "", 10)).conversations())
                .singleElement()
                .satisfies(summary -> assertThat(summary.id()).isEqualTo(KEY.id()));
        assertThat(join(other.delete(KEY))).isTrue();
        assertThat(join(one.context(KEY))).isEmpty();
    }

    @Test
    @DisplayName("G9: while Redis is away, who reads is told, and a turn that could not be kept is counted")
    void redisAway() {
        try (RedisServer own = RedisServer.run();
                TestNode node = TestNode.orderly("a", own.uri(), "p")) {
            ConversationStore store = new RedisConversations(node.link, CONFIG, Clock.systemUTC(), counters);
            store.append(KEY, turn("x"));
            assertThat(store.status().turns()).isEqualTo(1);
            own.kill();
            TestNode.until(() -> !node.link.isUp());
            assertThatThrownBy(() -> join(store.context(KEY))).hasCauseInstanceOf(RedisAwayException.class);
            store.append(KEY, turn("y"));
            assertThat(counters.get(Counter.TURNS_LOST)).isEqualTo(1);
            assertThat(store.status().turns()).isEqualTo(1);
        }
    }
}
