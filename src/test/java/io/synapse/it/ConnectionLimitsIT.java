package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synapse.security.Credential;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.Identity;
import io.synapse.testing.Keys;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The numbers of production for open connections; how fast they are opened is not bounded here. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ConnectionLimitsIT {

    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String CORTEX = Callers.CORTEX;
    private static final int NODE = 150;
    private static final int CLOSING = 5;

    @ArquillianResource
    private URL url;

    private Server server;
    private Callers callers;

    @Deployment(testable = false)
    static WebArchive war() {
        Map<String, String> config = new HashMap<>(Map.of(
                "synapse.limits.profile",
                "production",
                "synapse.limits.new-connections",
                "off",
                "synapse.limits.connections",
                String.valueOf(NODE),
                "synapse.limits.closing-connections",
                String.valueOf(CLOSING),
                "synapse.limits.close-delay",
                "PT0.5S",
                "synapse.proxies.trusted",
                Callers.PROXY,
                "synapse.auth.token-secret",
                SECRET));
        List<String> keys = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d", "e", "f")) {
            keys.add(name + ":" + Keys.sha256(name));
        }
        config.put("synapse.auth.api-keys", String.join(",", keys));
        return WarFile.with(config);
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
        callers = new Callers(server);
    }

    @AfterEach
    void hangUp() throws IOException {
        callers.close();
        // Every place is given back: the whole node is free for the next test.
        await("all places are free").atMost(30, SECONDS).until(() -> {
            try (Callers probe = new Callers(server)) {
                for (int i = 0; i < NODE; i++) {
                    if (probe.call("10.9." + i % 2 + ".1", CORTEX).status() != 101) {
                        return false;
                    }
                }
                return true;
            }
        });
        awaitRoom();
    }

    /** The connections of the probe are gone, too. */
    private void awaitRoom() {
        await("nobody is connected").atMost(30, SECONDS).until(() -> {
            var text = Server.get(server.http("/api/metrics"), "f").body();
            return text.lines().anyMatch("synapse_connections_open 0"::equals);
        });
    }

    private static String user(String name) {
        Identity identity =
                new Identity(name, Set.of()).with(new Credential(Credential.Kind.TOKEN, "", Optional.empty()));
        return new HandshakeTokens(SECRET, Duration.ofHours(1), Clock.systemUTC())
                .issue(identity, Duration.ofHours(1))
                .token();
    }

    private void isExact(int racers, int most, int status, String path) throws Exception {
        AtomicInteger address = new AtomicInteger();
        List<RawClient> in = Callers.admitted(
                Callers.race(racers, () -> callers.call("10.1.1." + address.incrementAndGet(), path)), status);
        assertThat(in).hasSize(most);
        oneMoreWhenOneGoes(in.get(0), "10.1.1.251", path, status);
    }

    private void oneMoreWhenOneGoes(RawClient going, String address, String path, int status) throws Exception {
        going.close();
        await("one more is let in")
                .atMost(20, SECONDS)
                .until(() -> callers.call(address, path).status() == 101);
        assertThat(callers.call(address, path).status()).isEqualTo(status);
    }

    @Test
    @DisplayName("M15: 10 connections per key, whatever its addresses, exact when 50 race; a token of it counts as it")
    void perKey() throws Exception {
        isExact(50, 10, 429, CORTEX + "?token=a");
        String token = Server.post(server.http("/api/tokens"), "a")
                .body()
                .split("\"token\":\"")[1]
                .split("\"")[0];
        assertThat(callers.call("10.1.2.1", CORTEX + "?token=" + token).status())
                .isEqualTo(429);
    }

    @Test
    @DisplayName("G12: 5 connections per user, exact when 50 race")
    void perUser() throws Exception {
        isExact(50, 5, 429, CORTEX + "?token=" + user("ann"));
        assertThat(callers.call("10.1.2.1", CORTEX + "?token=" + user("bob")).status())
                .isEqualTo(101);
    }

    @Test
    @DisplayName("M15: 100 connections per address, exact when 120 race; of IPv6 the network counts")
    void perAddress() throws Exception {
        AtomicInteger host = new AtomicInteger();
        List<RawClient> in = Callers.admitted(
                Callers.race(120, () -> callers.call("2001:db8:1:2::" + host.incrementAndGet(), CORTEX)), 429);
        assertThat(in).hasSize(100);
        assertThat(callers.call("2001:db8:1:3::1", CORTEX).status()).isEqualTo(101);
        oneMoreWhenOneGoes(in.get(0), "2001:db8:1:2::ffff", CORTEX, 429);
    }

    @Test
    @DisplayName("K7 G12: the node is full at exactly its number: 503, and 4005 on /ws")
    void perNode() throws Exception {
        isExact(170, NODE, 503, CORTEX);
        RawClient refused = callers.call("10.1.2.1", "/ws?token=b");
        assertThat(refused.status()).isEqualTo(101);
        assertThat(refused.readUntilEnd()).isEqualTo(4005);
    }

    @Test
    @DisplayName("G12: on /ws a connection too many is closed with 4004; beyond the bound on these it has the status")
    void saysItByCodeOnTheGateway() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertThat(callers.call("10.1.3." + i, "/ws?token=c").status()).isEqualTo(101);
        }
        RawClient refused = callers.call("10.1.3.1", "/ws?token=c");
        assertThat(refused.status()).isEqualTo(101);
        assertThat(refused.readUntilEnd()).isEqualTo(4004);
        List<RawClient> many = Callers.race(50, () -> callers.call("10.1.3.2", "/ws?token=c"));
        List<RawClient> doomed = Callers.admitted(many, 429);
        assertThat(doomed).hasSizeBetween(1, 50);
        for (RawClient one : doomed) {
            assertThat(one.readUntilEnd()).isEqualTo(4004);
        }
    }

    @Test
    @DisplayName("G12: a refused session token is said by 4001, any other credential by 401")
    void refusedSessions() throws Exception {
        RawClient refused = callers.call("10.1.4.1", "/ws?session_token=nothing");
        assertThat(refused.status()).isEqualTo(101);
        assertThat(refused.readUntilEnd()).isEqualTo(4001);
        assertThat(callers.call("10.1.4.2", "/ws?token=nothing").status()).isEqualTo(401);
    }

    private static String join(RawClient client, String key) throws IOException {
        client.sendText("[\"1\",\"1\",\"cortex:a\",\"phx_join\",{\"api_key\":\"" + key + "\",\"presence\":false}]");
        return new String(client.read(), StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("M15: a join takes a place of its key, too; one too many is refused with when to try again")
    void joinsCount() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(callers.call("10.1.5." + i, CORTEX + "?vsn=2.0.0"));
        }
        AtomicInteger next = new AtomicInteger();
        List<String> answers = Callers.race(50, () -> join(clients.get(next.getAndIncrement()), "d"));
        assertThat(answers).filteredOn(answer -> answer.contains("\"ok\"")).hasSize(10);
        assertThat(answers)
                .filteredOn(answer -> !answer.contains("\"ok\""))
                .allSatisfy(answer -> assertThat(answer)
                        .contains("\"reason\":\"too_many_connections\"", "\"limit\":\"connections_per_key\"")
                        .contains("\"retry_after_ms\":"));
        RawClient late = callers.call("10.1.5.99", CORTEX + "?vsn=2.0.0");
        for (RawClient client : clients) {
            client.close();
        }
        await("a place is free").atMost(20, SECONDS).until(() -> join(late, "d").contains("\"ok\""));
    }

    @Test
    @DisplayName("M15: a handshake that the server itself refuses, or a client that is gone at once, keeps no place")
    void noPlaceIsLost() throws Exception {
        for (int i = 0; i < 30; i++) {
            String wrong = "GET " + CORTEX + "?token=e HTTP/1.1\r\nHost: 127.0.0.1:" + server.port()
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Forwarded-For: 10.1.6.1\r\n"
                    + (i % 2 == 0
                            ? "Sec-WebSocket-Version: 13\r\n\r\n"
                            : "Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            assertThat(RawClient.answerTo(server.port(), wrong)).doesNotStartWith("HTTP/1.1 101");
        }
        for (int i = 0; i < 10; i++) {
            assertThat(callers.call("10.1.6.2", CORTEX + "?token=e").status()).isEqualTo(101);
        }
        assertThat(callers.call("10.1.6.2", CORTEX + "?token=e").status()).isEqualTo(429);
    }
}
