package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.join;
import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ScriptOutputType;
import io.synapse.platform.Counter;
import io.synapse.testing.RedisServer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisLinkTest {

    private static final class Heard implements Channels.Listener {
        private final Queue<String> messages = new ConcurrentLinkedQueue<>();
        private final AtomicInteger subscribed = new AtomicInteger();

        @Override
        public void message(byte[] payload) {
            messages.add(Script.text(payload));
        }

        @Override
        public void subscribed() {
            subscribed.incrementAndGet();
        }
    }

    private static final class State implements RedisLink.Watcher {
        private final Queue<String> seen = new ConcurrentLinkedQueue<>();

        @Override
        public void up() {
            seen.add("up");
        }

        @Override
        public void down() {
            seen.add("down");
        }
    }

    @Test
    @DisplayName("G8: commands and scripts reach Redis, and what is published is heard")
    void works() {
        try (RedisServer redis = RedisServer.run();
                TestNode node = TestNode.connected("a", redis.uri(), TestNode.prefix())) {
            join(node.link.call(commands -> commands.set("k", Script.bytes("v"))));
            assertThat(Script.text(join(node.link.call(commands -> commands.get("k")))))
                    .isEqualTo("v");
            List<Object> answer = join(node.link.eval(
                    Script.of("renew-lease"),
                    ScriptOutputType.MULTI,
                    List.of("nodes"),
                    Script.bytes("a"),
                    Script.bytes(1000),
                    Script.bytes(10_000)));
            assertThat(answer).hasSize(4);
            Heard heard = new Heard();
            node.link.channels().subscribe("c", heard);
            until(() -> heard.subscribed.get() == 1);
            join(node.link.call(commands -> commands.publish("c", Script.bytes("hello"))));
            until(() -> heard.messages.contains("hello"));
        }
    }

    @Test
    @DisplayName("G9: a Redis that is down at the start is used as soon as it is there")
    void downAtStart() {
        try (RedisServer redis = RedisServer.run()) {
            redis.kill();
            try (TestNode node = TestNode.at("a", redis.uri(), TestNode.prefix())) {
                Heard heard = new Heard();
                node.link.channels().subscribe("c", heard);
                assertThatThrownBy(() -> join(node.link.call(commands -> commands.get("k"))))
                        .hasCauseInstanceOf(RedisAwayException.class);
                assertThat(node.counters.get(Counter.REDIS_REFUSED)).isEqualTo(1);
                redis.start();
                until(() -> heard.subscribed.get() == 1);
                until(node.link::isUp);
            }
        }
    }

    @Test
    @DisplayName("G9: a Redis that was killed and comes back is subscribed to again; watchers are told both")
    void killed() {
        try (RedisServer redis = RedisServer.run();
                TestNode node = TestNode.connected("a", redis.uri(), TestNode.prefix())) {
            State state = new State();
            node.link.watch(state);
            Heard heard = new Heard();
            node.link.channels().subscribe("c", heard);
            until(() -> heard.subscribed.get() == 1);
            redis.kill();
            until(() -> !node.link.isUp());
            redis.start();
            until(() -> heard.subscribed.get() == 2);
            until(() -> state.seen.size() == 3);
            assertThat(state.seen).containsExactly("up", "down", "up");
            join(node.link.call(commands -> commands.publish("c", Script.bytes("again"))));
            until(() -> heard.messages.contains("again"));
            assertThat(node.counters.get(Counter.REDIS_LOST)).isEqualTo(1);
        }
    }
}
