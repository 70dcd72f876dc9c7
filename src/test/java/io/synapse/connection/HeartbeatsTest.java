package io.synapse.connection;

import static io.synapse.connection.Frames.roomy;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.HeartbeatRule.Traffic;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.ServerMessage;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.Heartbeat;
import io.synapse.testing.ManualTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeartbeatsTest {

    private static final HeartbeatRule CORTEX =
            new HeartbeatRule(Heartbeat.CONFIG.idleTimeout(), CloseReason.IDLE, Traffic.HEARD, Optional.empty());
    private static final HeartbeatRule GATEWAY = new HeartbeatRule(
            Heartbeat.CONFIG.gatewayIdleTimeout(),
            CloseReason.GATEWAY_IDLE,
            Traffic.MESSAGES,
            Optional.of(() -> new ServerMessage.Push(null, "t", "ping", Payloads.of("timestamp", 1))));

    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final Heartbeats heartbeats = heartbeats(Runnable::run);

    private Heartbeats heartbeats(Executor pinger) {
        return new Heartbeats(Heartbeat.CONFIG, timers.ticker(), pinger, counters);
    }

    /** A client at the other end. */
    private final class Client {
        private final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        private final Connection connection;

        private Client(HeartbeatRule rule, OutboxConfig outbox, String id) {
            connection = new Connection(
                    id,
                    "10.0.0.1",
                    0,
                    transport,
                    codecs.open(PhoenixCodec.Version.V2),
                    new Connection.Environment(outbox, timers.ticker(), timers, counters));
            heartbeats.watch(connection, rule);
        }

        private Client answering() {
            transport.onPing(() -> connection.activity().answered());
            return this;
        }

        private void isPushed(String text) {
            connection.sendData(new ServerMessage.Push(null, "t", "note", Payloads.of("text", text)));
        }
    }

    private Client client(HeartbeatRule rule) {
        return new Client(rule, roomy(), "c1");
    }

    /** Time passes, and the sweeps come as they should. */
    private void pass(int seconds) {
        pass(seconds, () -> {});
    }

    private void pass(int seconds, Runnable eachSecond) {
        for (int i = 0; i < seconds; i++) {
            timers.advance(Duration.ofSeconds(1));
            eachSecond.run();
            heartbeats.sweep();
        }
    }

    @Test
    @DisplayName("M13 M19: a client of the cortex socket that says nothing for 60 s is closed with 4009, once")
    void closesTheSilent() {
        Client client = client(CORTEX);
        pass(59);
        assertThat(client.transport.closes()).isEmpty();
        pass(1);
        assertThat(client.transport.closes()).containsExactly(CloseReason.IDLE);
        pass(5);
        assertThat(client.transport.closes()).hasSize(1);
        assertThat(counters.get(Counter.CONNECTIONS_EVICTED)).isEqualTo(1);
        assertThat(counters.get(Counter.CONNECTIONS_DEAD)).isZero();
        assertThat(client.transport.pings()).isPositive();
    }

    @Test
    @DisplayName("M13: a connection whose end the container never tells is released all the same")
    void releasesWhatIsNeverSaidToHaveEnded() {
        Client client = client(CORTEX);
        pass(60);
        assertThat(heartbeats.watched()).isEqualTo(1);
        timers.advance(roomy().sendTimeout());
        assertThat(client.connection.isOpen()).isFalse();
        assertThat(heartbeats.watched()).isZero();
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("B15: a client of the cortex socket that only answers pings stays, as a throttled page does")
    void keepsWhoAnswersPings() {
        Client client = client(CORTEX).answering();
        pass(3600);
        assertThat(client.transport.closes()).isEmpty();
        assertThat(client.transport.aborts()).isEmpty();
        assertThat(client.transport.pings()).isBetween(118, 122);
        assertThat(client.transport.frames()).isEmpty();
    }

    @Test
    @DisplayName("M13: a client that never answers pings stays as long as it says something")
    void keepsWhoSpeaks() {
        Client client = client(CORTEX);
        for (int i = 0; i < 20; i++) {
            pass(58);
            client.connection.activity().spoke();
        }
        assertThat(client.transport.closes()).isEmpty();
        assertThat(client.transport.aborts()).isEmpty();
    }

    @Test
    @DisplayName("G10: on /ws, answers to protocol pings are no messages: closed with 1008 after 300 s")
    void closesTheIdleOnTheGateway() {
        Client client = client(GATEWAY).answering();
        pass(299);
        assertThat(client.transport.closes()).isEmpty();
        pass(1);
        assertThat(client.transport.closes()).containsExactly(CloseReason.GATEWAY_IDLE);
        assertThat(CloseReason.GATEWAY_IDLE.code()).isEqualTo(1008);
        assertThat(counters.get(Counter.CONNECTIONS_EVICTED)).isEqualTo(1);
    }

    @Test
    @DisplayName("G10 K2: on /ws a ping message comes every 30 s when nothing else does; who answers it stays")
    void pingsPrograms() {
        Client client = client(GATEWAY).answering();
        pass(3600, () -> {
            if (client.transport.count() > 0) {
                client.transport.forgetFrames();
                client.connection.activity().spoke();
            }
        });
        assertThat(client.transport.closes()).isEmpty();
        assertThat(client.transport.count()).isBetween(118L, 122L);
    }

    @Test
    @DisplayName("K2: on /ws a client that is sent something gets no ping message, and is not idle")
    void doesNotPingProgramsThatAreBusy() {
        Client client = client(GATEWAY).answering();
        for (int i = 0; i < 60; i++) {
            client.isPushed("news");
            pass(20);
        }
        assertThat(client.transport.closes()).isEmpty();
        assertThat(client.transport.texts()).noneMatch(text -> text.contains("ping"));
    }

    @Test
    @DisplayName("M13 K6: a client that gives no sign of life for 60 s after a ping is cut off, and counted once")
    void cutsTheDead() {
        Client client = client(GATEWAY);
        pass(74);
        assertThat(client.transport.aborts()).isEmpty();
        pass(17);
        assertThat(client.transport.aborts()).containsExactly(CloseReason.DEAD);
        pass(60);
        assertThat(client.transport.aborts()).hasSize(1);
        assertThat(counters.get(Counter.CONNECTIONS_DEAD)).isEqualTo(1);
        assertThat(counters.get(Counter.CONNECTIONS_EVICTED)).isZero();
        assertThat(heartbeats.watched()).isZero();
    }

    @Test
    @DisplayName("B5 M13: a slow reader is not dead while its frames arrive within the send time-out")
    void sparesSlowReaders() {
        Client client = new Client(CORTEX, new OutboxConfig(1000, 1 << 20, 1 << 10, Duration.ofSeconds(10)), "slow");
        client.transport.behave(Behaviour.LATER);
        for (int i = 0; i < 200; i++) {
            client.isPushed("x");
        }
        for (int i = 0; i < 100; i++) {
            pass(9);
            assertThat(client.transport.completeNext()).isTrue();
        }
        assertThat(client.transport.closes()).isEmpty();
        assertThat(client.transport.aborts()).isEmpty();
        assertThat(client.transport.pings()).isZero();
    }

    @Test
    @DisplayName("M13: a session that is gone without a word ends with the next ping")
    void endsWhatIsGone() {
        Client client = client(CORTEX);
        client.transport.behave(Behaviour.THROWS);
        pass(31);
        assertThat(client.connection.isOpen()).isFalse();
        assertThat(heartbeats.watched()).isZero();
    }

    @Test
    @DisplayName("M13: a client that went while its ping waited is not pinged; one ping at a time waits for a thread")
    void waitsForAThread() {
        Queue<Runnable> waiting = new ArrayDeque<>();
        Heartbeats slow = heartbeats(waiting::add);
        Client client = client(CORTEX);
        slow.watch(client.connection, CORTEX);
        for (int i = 0; i < 50; i++) {
            timers.advance(Duration.ofSeconds(1));
            slow.sweep();
        }
        assertThat(waiting).hasSize(1);
        client.connection.closed();
        waiting.remove().run();
        assertThat(client.transport.pings()).isZero();
        assertThat(slow.watched()).isZero();
    }

    @Test
    @DisplayName(
            "B15: after the node itself has stood still, clients get the time of a ping; then the mute are cut off")
    void isPatientAfterAStandstill() {
        Client mute = client(CORTEX);
        Client silent = client(GATEWAY).answering();
        Client alive = new Client(CORTEX, roomy(), "c3");
        pass(20);
        timers.advance(Duration.ofMinutes(10));
        heartbeats.sweep();
        pass(29);
        assertThat(List.of(mute, silent, alive))
                .allMatch(client -> client.transport.closes().isEmpty())
                .allMatch(client -> client.transport.aborts().isEmpty());
        alive.connection.activity().answered();
        pass(1);
        assertThat(mute.transport.aborts()).containsExactly(CloseReason.DEAD);
        assertThat(silent.transport.closes()).containsExactly(CloseReason.GATEWAY_IDLE);
        assertThat(alive.transport.closes()).isEmpty();
    }

    @Test
    @DisplayName("M13: a client that could not be pinged is not blamed for its silence")
    void blamesNobodyForPingsThatWereNotSent() {
        Queue<Runnable> waiting = new ArrayDeque<>();
        Heartbeats slow = heartbeats(waiting::add);
        Connection connection = client(CORTEX).answering().connection;
        slow.watch(connection, CORTEX);
        for (int i = 0; i < 300; i++) {
            timers.advance(Duration.ofSeconds(1));
            slow.sweep();
        }
        assertThat(connection.status().closed()).isFalse();
        assertThat(waiting).hasSize(1);
    }

    @Test
    @DisplayName("B15: pings of clients that came at once are spread")
    void spreadsPings() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            clients.add(new Client(CORTEX, roomy(), "client-" + i * 7919).answering());
        }
        int before = 0;
        int most = 0;
        for (int i = 0; i < 90; i++) {
            pass(1);
            int now = clients.stream()
                    .mapToInt(client -> client.transport.pings())
                    .sum();
            most = Math.max(most, now - before);
            before = now;
        }
        assertThat(most).isLessThan(150);
        assertThat(clients).allMatch(client -> client.transport.pings() >= 2 && client.transport.pings() <= 3);
    }

    @Test
    @DisplayName("G5 K2: the registry tells since when a client is there, when it last spoke and last answered")
    void describes() {
        ConnectionRegistry registry = new ConnectionRegistry();
        Client client = client(CORTEX);
        registry.track(client.connection);
        Instant opened = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(registry.describe(timers.ticker(), opened, "", 1))
                .containsExactly(new ConnectionInfo(
                        "c1", "10.0.0.1", opened, opened, Optional.empty(), client.connection.status()));
        timers.advance(Duration.ofSeconds(2));
        client.connection.activity().spoke();
        timers.advance(Duration.ofSeconds(3));
        client.connection.activity().answered();
        timers.advance(Duration.ofSeconds(4));
        assertThat(registry.describe(timers.ticker(), opened.plusSeconds(9), "", 1))
                .containsExactly(new ConnectionInfo(
                        "c1",
                        "10.0.0.1",
                        opened,
                        opened.plusSeconds(2),
                        Optional.of(opened.plusSeconds(5)),
                        client.connection.status()));
        assertThat(registry.describe(timers.ticker(), opened, "c1", 1)).isEmpty();
    }

    // Prints and asserts nothing about time: machines differ.
    @Test
    @DisplayName("M13: a sweep looks at 10,000 connections")
    void costsLittle() {
        for (int i = 0; i < 10_000; i++) {
            new Client(CORTEX, roomy(), "client-" + i).answering();
        }
        for (int i = 0; i < 200; i++) {
            heartbeats.sweep();
        }
        long started = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            heartbeats.sweep();
        }
        System.out.printf(
                "a sweep of %d connections: %d us%n", heartbeats.watched(), (System.nanoTime() - started) / 100_000);
        assertThat(heartbeats.watched()).isEqualTo(10_000);
    }
}
