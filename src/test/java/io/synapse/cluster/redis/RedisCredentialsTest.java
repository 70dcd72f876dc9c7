package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.KeysConfig;
import io.synapse.config.LoginConfig;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.security.Identity;
import io.synapse.security.LocalRevocations;
import io.synapse.security.Role;
import io.synapse.security.Secrets;
import io.synapse.security.key.KeyRequest;
import io.synapse.security.key.ManagedKeys;
import io.synapse.security.key.SharedKeys;
import io.synapse.security.key.Uses;
import io.synapse.security.login.LoginSessions;
import io.synapse.security.login.MemoryTickets;
import io.synapse.security.login.Tickets;
import io.synapse.testing.RedisServer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys, logins, tickets and revocations of two nodes. */
@Timeout(60)
class RedisCredentialsTest {

    private static final Duration LEASE = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final LoginConfig LOGINS =
            new LoginConfig(Duration.ofHours(1), Duration.ofMinutes(10), 100, 3, Duration.ofSeconds(30), 100);
    private static final Identity ANN = new Identity("ann", "acme", Set.of("a"), Set.of(), Set.of(Role.USER), ofKey());

    private final String prefix = TestNode.prefix();
    private RedisServer redis;
    private Node a;
    private Node b;

    private static io.synapse.security.Credential ofKey() {
        return io.synapse.security.Credential.ofKey("k1");
    }

    private static final class Node implements AutoCloseable {
        final TestNode node;
        final RedisNodes members;
        final Set<String> revoked = ConcurrentHashMap.newKeySet();
        final RedisRevocations revocations;
        final ManagedKeys keys;
        final Tickets tickets;
        final LoginSessions logins;

        Node(String name, String uri, String prefix) {
            node = TestNode.connected(name, uri, prefix);
            members = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
            RedisPost post = new RedisPost(node.link, name, new RandomIds(), node.timers, node.counters);
            revocations = new RedisRevocations(new LocalRevocations(), node.link, members, post);
            revocations.subscribe(revoked::add);
            SharedKeys store = RedisKeys.of(node.link, members, post, TIMEOUT, 10);
            keys = new ManagedKeys(
                    new KeysConfig(Optional.empty(), 10, Duration.ofDays(1), Duration.ofHours(1)),
                    store,
                    "configured"::equals,
                    new Uses(store, node.timers, node.executor),
                    new ManagedKeys.Environment(Clock.systemUTC(), node.timers, new Secrets(), revocations));
            tickets = new RedisTickets(
                    new MemoryTickets(LOGINS, Clock.systemUTC(), new Secrets(), revocations),
                    LOGINS,
                    Clock.systemUTC(),
                    new Secrets(),
                    node.link,
                    TIMEOUT);
            logins = new RedisLogins(
                    LOGINS,
                    new RedisLogins.Environment(
                            node.link, post, Clock.systemUTC(), node.timers, new Secrets(), revocations),
                    TIMEOUT);
            post.start();
            members.start();
            until(members::holdsLease);
        }

        @Override
        public void close() {
            members.close();
            node.close();
        }
    }

    @BeforeEach
    void start() {
        redis = RedisServer.run();
        a = new Node("a", redis.uri(), prefix);
        b = new Node("b", redis.uri(), prefix);
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    @Test
    @DisplayName("M17: a key that is made on one node is good on all, and once revoked on one is good on none")
    void keys() {
        ManagedKeys.Issued issued = a.keys.create(new KeyRequest(
                        "name", "acme", Set.of("a"), Set.of("t:**"), Set.of(Role.PUBLISHER), Optional.empty()))
                .issued()
                .orElseThrow();
        until(() -> b.keys.identify(issued.secret()).isPresent());
        assertThat(b.keys.identify(issued.secret()).orElseThrow().tenant()).isEqualTo("acme");
        b.keys.revoke(issued.key().id());
        until(() -> a.keys.identify(issued.secret()).isEmpty());
        until(() -> a.revoked.stream()
                .anyMatch(source -> source.contains(issued.key().id())));
    }

    @Test
    @DisplayName("M17: a ticket is good once, whoever shows it on however many nodes at a time")
    void tickets() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            for (int round = 0; round < 5; round++) {
                String ticket = a.tickets.issue(ANN).orElseThrow().ticket();
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Optional<Identity>>> shown = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    Node node = i % 2 == 0 ? a : b;
                    shown.add(threads.submit(() -> {
                        start.await();
                        return node.tickets.identify(ticket);
                    }));
                }
                start.countDown();
                int good = 0;
                for (Future<Optional<Identity>> each : shown) {
                    Optional<Identity> who = each.get();
                    who.ifPresent(ann -> assertThat(ann).isEqualTo(ANN));
                    good += who.isPresent() ? 1 : 0;
                }
                assertThat(good).isEqualTo(1);
            }
            String late = a.tickets.issue(ANN).orElseThrow().ticket();
            a.revocations.announce("k1");
            until(() -> b.revoked.contains("k1"));
            assertThat(b.tickets.identify(late)).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @DisplayName("G4: a login is good on all nodes until it is revoked on one of them, or what it was made from is")
    void logins() {
        LoginSessions.Created created =
                a.logins.create(ANN, Duration.ofHours(1)).orElseThrow();
        assertThat(b.logins.validate(created.token()).orElseThrow().identity())
                .isEqualTo(created.login().identity());
        assertThat(b.logins.count()).isEqualTo(1);
        assertThat(b.logins.revoke(created.login().id())).isPresent();
        assertThat(a.logins.validate(created.token())).isEmpty();
        until(() -> a.revoked.contains(created.login().id()));

        List<LoginSessions.Created> many = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            many.add(
                    (i % 2 == 0 ? a : b).logins.create(ANN, Duration.ofHours(1)).orElseThrow());
        }
        assertThat(many.stream().filter(each -> a.logins.validate(each.token()).isPresent()))
                .hasSize(3);
        String id = many.get(3).login().id();
        b.logins.expire(id, Instant.now().plusMillis(500));
        until(() -> a.revoked.contains(id) && b.revoked.contains(id));
        assertThat(a.logins.find(id)).isEmpty();

        // At the end: nothing may be made from a source that is revoked.
        LoginSessions.Created other = b.logins.create(ANN, Duration.ofHours(1)).orElseThrow();
        a.revocations.announce("k1");
        until(() -> a.logins.validate(other.token()).isEmpty());
        until(() -> b.revoked.contains(other.login().id()));
    }

    @Test
    @DisplayName("M17, B10: what is revoked while Redis is away is told to the others when it is back")
    void revokedMeanwhile() {
        redis.kill();
        until(() -> !a.node.link.isUp() && !b.node.link.isUp());
        a.revocations.announce("k2");
        assertThat(a.revoked).contains("k2");
        redis.start();
        until(() -> b.revoked.contains("k2"));
    }
}
