package io.synapse.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.cluster.redis.RedisNodes;
import io.synapse.cluster.redis.RedisPost;
import io.synapse.cluster.redis.RedisSessions;
import io.synapse.cluster.redis.TestNode;
import io.synapse.config.SessionConfig;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.stream.Position;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The contract on one node with a real Redis, and what two nodes do with each other's sessions. */
class RedisSessionsTest extends SessionStoreContract {

    /** Renewed at a third of it: long enough for a machine that does other things, too. */
    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration IMPATIENCE = Duration.ofSeconds(1);
    private static final SessionKey KEY = new SessionKey("ann", "cortex:a", "0123456789abcdef");
    private static final SessionState STATE = new SessionState(
            List.of(new SessionState.Topic(
                    "news", Set.of("said"), "drop", true, new Position("e", 7), Optional.of(new Position("e", 5)))),
            List.of(new SessionState.Query("a", "q", 3)),
            Set.of("x"));

    private static RedisServer redis;

    private final List<Node> nodes = new ArrayList<>();
    private final String prefix = TestNode.prefix();

    @BeforeAll
    static void start() {
        redis = RedisServer.run();
    }

    @AfterAll
    static void stop() {
        redis.close();
    }

    @AfterEach
    void closeNodes() {
        nodes.forEach(Node::close);
    }

    private final class Node {
        final TestNode node;
        final RedisNodes members;
        final RedisSessions store;

        Node(String name, SessionConfig config, Duration timeout) {
            node = TestNode.connected(name, redis.uri(), prefix);
            members = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
            RedisPost post = new RedisPost(node.link, name, new RandomIds(), node.timers, node.counters);
            store = new RedisSessions(
                    new MemorySessions(config, timers.ticker(), timers, counters),
                    new RedisSessions.Sharing(
                            node.link, members, post, new RandomIds(), timers, config.keep(), LEASE, timeout),
                    counters);
            post.start();
            members.start();
            TestNode.until(members::holdsLease);
            nodes.add(this);
        }

        void close() {
            members.close();
            node.close();
        }
    }

    /** Waits for each claim, as the contract does not. */
    private record Patient(RedisSessions store) implements SessionStore {
        @Override
        public void claim(SessionKey key, Holder holder, Consumer<Claim> told) {
            AtomicReference<Claim> came = new AtomicReference<>();
            store.claim(key, holder, came::set);
            TestNode.until(() -> came.get() != null);
            told.accept(came.get());
        }

        @Override
        public void keep(SessionKey key, Holder holder, Kept kept) {
            store.keep(key, holder, kept);
        }

        @Override
        public void forget(SessionKey key, Holder holder) {
            store.forget(key, holder);
        }

        @Override
        public Status status() {
            return store.status();
        }
    }

    @Override
    SessionStore open(SessionConfig config) {
        return new Patient(new Node("n" + nodes.size(), config, PATIENCE).store);
    }

    private static final class Client implements SessionStore.Holder {
        final AtomicInteger asked = new AtomicInteger();
        final AtomicInteger leases = new AtomicInteger(1);
        final SessionStore.Kept kept = new SessionStore.Kept(STATE, leases::decrementAndGet);

        @Override
        public void giveUp(Consumer<SessionStore.Kept> heir) {
            asked.incrementAndGet();
            heir.accept(kept);
        }

        @Override
        public Optional<SessionState> look() {
            return Optional.of(STATE);
        }
    }

    private static SessionStore.Claim claim(Node node, SessionStore.Holder holder) {
        AtomicReference<SessionStore.Claim> told = new AtomicReference<>();
        new Patient(node.store).claim(KEY, holder, told::set);
        return told.get();
    }

    private Node node(String name) {
        return node(name, PATIENCE);
    }

    private Node node(String name, Duration timeout) {
        return new Node(name, new SessionConfig(KEEP, 10, 1 << 20), timeout);
    }

    private static void knowEachOther(Node... all) {
        for (Node node : all) {
            TestNode.until(() -> node.members.live().size() == all.length);
        }
    }

    @Test
    @DisplayName(
            "M14: a session that a client holds on one node is given up there, whole, to the node it is claimed on")
    void isTakenFromAnotherNode() {
        Node a = node("a");
        Node b = node("b");
        knowEachOther(a, b);
        Client first = new Client();
        assertThat(claim(a, first).kept()).isEmpty();
        SessionStore.Claim claim = claim(b, new Client());
        assertThat(claim.held()).isTrue();
        assertThat(claim.kept().orElseThrow().state()).isEqualTo(STATE);
        assertThat(first.asked).hasValue(1);
        assertThat(a.store.status().held()).isZero();
        assertThat(first.leases).as("until the client has its place").hasValue(1);
        claim.kept().get().lease().run();
        claim.kept().get().lease().run();
        TestNode.until(() -> first.leases.get() == 0);
        a.store.keep(KEY, first, first.kept);
        Client third = new Client();
        assertThat(claim(a, third).kept().orElseThrow().state()).isEqualTo(STATE);
        assertThat(b.store.status().held()).isZero();
    }

    @Test
    @DisplayName("M14: what is kept on one node is there on another, once")
    void isKeptForAllNodes() {
        Node a = node("a");
        Node b = node("b");
        knowEachOther(a, b);
        Client first = new Client();
        claim(a, first);
        a.store.keep(KEY, first, first.kept);
        Client second = new Client();
        assertThat(claim(b, second).kept().orElseThrow().state()).isEqualTo(STATE);
        assertThat(a.store.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        b.store.forget(KEY, second);
        // Another connection of another node would ask Redis before it knows.
        TestNode.until(() -> b.node.link.pending() == 0);
        assertThat(claim(a, new Client()).kept()).isEmpty();
    }

    @Test
    @DisplayName(
            "M14: the sessions of a node that was killed are claimed from their copy; before it is known lost, in time")
    void survivesTheNode() {
        Node a = node("a", IMPATIENCE);
        Node b = node("b", IMPATIENCE);
        knowEachOther(a, b);
        claim(a, new Client());
        TestNode.until(() -> a.node.hashesWith(prefix + ":session:", "state") == 1);
        a.close();
        assertThat(claim(b, new Client()).kept().orElseThrow().state()).isEqualTo(STATE);
    }

    @Test
    @DisplayName("B10: without Redis a node has its own sessions, and all nodes agree again when it is back")
    void withoutRedis() {
        try (RedisServer mortal = RedisServer.run()) {
            RedisServer shared = redis;
            redis = mortal;
            try {
                Node a = node("a");
                Node b = node("b");
                knowEachOther(a, b);
                Client first = new Client();
                claim(a, first);
                mortal.kill();
                TestNode.until(() -> !a.node.link.isUp() && !b.node.link.isUp());
                Client second = new Client();
                assertThat(claim(a, second).kept().orElseThrow().state()).isEqualTo(STATE);
                mortal.start();
                TestNode.until(() -> a.node.link.isUp() && b.node.link.isUp());
                knowEachOther(a, b);
                TestNode.until(() -> a.node.hashesWith(prefix + ":session:", "claim") == 1);
                assertThat(claim(b, new Client()).kept().orElseThrow().state()).isEqualTo(STATE);
                TestNode.until(() -> second.asked.get() == 1);
            } finally {
                redis = shared;
            }
        }
    }
}
