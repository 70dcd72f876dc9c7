package io.synapse.connection;

import static io.synapse.connection.Frames.roomy;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.platform.Counters;
import io.synapse.protocol.Bytes;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.ServerMessage;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("M12")
@Timeout(30)
class ConnectionRegistryTest {

    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final ManualTimers timers = new ManualTimers();
    private final ConnectionRegistry registry = new ConnectionRegistry();

    private Connection open(String id, Transport transport, PhoenixCodec.Version version) {
        return new Connection(
                id,
                "127.0.0.1",
                0,
                transport,
                codecs.open(version),
                new Connection.Environment(roomy(), timers.ticker(), timers, new Counters()));
    }

    private Connection open(String id) {
        return open(id, new FakeTransport(Behaviour.INLINE), PhoenixCodec.Version.V2);
    }

    private static ServerMessage push() {
        return new ServerMessage.Push(null, "cortex:a", "note", Payloads.of("n", 1));
    }

    @Test
    void findsListsAndCountsWhatIsTracked() {
        Connection one = open("1");
        Connection two = open("2");
        registry.track(one);
        registry.track(two);

        assertThat(registry.get("1")).contains(one);
        assertThat(registry.get("3")).isEmpty();
        assertThat(registry.listActive()).containsExactlyInAnyOrder(one, two);
        assertThat(registry.count()).isEqualTo(2);
    }

    @Test
    void knowsNothingOfWhatIsUntracked() {
        Connection one = open("1");
        registry.track(one);
        registry.joined(one, "a");
        registry.joined(one, "b");
        registry.untrack(one);
        registry.untrack(one);

        assertThat(registry.get("1")).isEmpty();
        assertThat(registry.ofAgent("a")).isEmpty();
        assertThat(registry.count()).isZero();
        assertThat(registry.agents()).isZero();
    }

    @Test
    void aConnectionThatIsNotTrackedJoinsNothing() {
        registry.joined(open("1"), "a");
        assertThat(registry.agents()).isZero();
    }

    @Test
    void anAgentThatEverybodyLeftIsForgotten() {
        Connection one = open("1");
        Connection two = open("2");
        registry.track(one);
        registry.track(two);
        registry.joined(one, "a");
        registry.joined(one, "a");
        registry.joined(two, "a");
        registry.left(one, "a");
        assertThat(registry.ofAgent("a")).containsExactly(two);
        registry.left(two, "a");
        registry.left(two, "a");
        assertThat(registry.agents()).isZero();
    }

    @Test
    void trackingTwiceForgetsNoMembership() {
        // The second entry used to hide the first, whose memberships then stayed for ever.
        Connection one = open("1");
        registry.track(one);
        registry.joined(one, "a");
        registry.track(one);
        registry.untrack(one);
        assertThat(registry.agents()).isZero();
    }

    @Test
    void anotherConnectionOfTheSameIdTakesNothingAway() {
        Connection one = open("1");
        registry.track(one);
        registry.joined(one, "a");
        Connection twin = open("1");
        registry.left(twin, "a");
        registry.untrack(twin);
        assertThat(registry.get("1")).contains(one);
        assertThat(registry.ofAgent("a")).containsExactly(one);
    }

    @Test
    void sendsToTheConnectionsOfAnAgentOnly() {
        FakeTransport member = new FakeTransport(Behaviour.INLINE);
        FakeTransport stranger = new FakeTransport(Behaviour.INLINE);
        Connection one = open("1", member, PhoenixCodec.Version.V2);
        Connection two = open("2", stranger, PhoenixCodec.Version.V2);
        registry.track(one);
        registry.track(two);
        registry.joined(one, "a");

        assertThat(registry.sendToAgent("a", push())).isEqualTo(1);
        assertThat(registry.sendToAgent("nobody", push())).isZero();
        assertThat(member.texts()).containsExactly("[null,null,\"cortex:a\",\"note\",{\"n\":1}]");
        assertThat(stranger.count()).isZero();
    }

    @Test
    void broadcastsToAllInTheWordsOfEach() {
        FakeTransport first = new FakeTransport(Behaviour.INLINE);
        FakeTransport second = new FakeTransport(Behaviour.INLINE);
        registry.track(open("1", first, PhoenixCodec.Version.V2));
        registry.track(open("2", second, PhoenixCodec.Version.V1));

        assertThat(registry.broadcastToAll(push())).isEqualTo(2);
        assertThat(first.texts()).containsExactly("[null,null,\"cortex:a\",\"note\",{\"n\":1}]");
        assertThat(second.texts())
                .containsExactly("{\"topic\":\"cortex:a\",\"event\":\"note\",\"payload\":{\"n\":1},\"ref\":null}");
    }

    @Test
    void aClientWhoseCodecHasNoWordForItDoesNotKeepABroadcastFromTheOthers() {
        // One V1 client used to end a binary broadcast for everyone after it.
        List<FakeTransport> transports = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            FakeTransport transport = new FakeTransport(Behaviour.INLINE);
            transports.add(transport);
            registry.track(open("" + i, transport, i == 5 ? PhoenixCodec.Version.V1 : PhoenixCodec.Version.V2));
        }
        int given = registry.broadcastToAll(
                new ServerMessage.BinaryPush(null, "cortex:a", "bin", Bytes.copyOf(new byte[] {1})));

        assertThat(given).isEqualTo(9);
        assertThat(transports.stream().mapToLong(FakeTransport::count).sum()).isEqualTo(9);
    }

    @Test
    void aConnectionThatEndsBeforeItIsTrackedIsUntrackedByItsListener() {
        Connection one = open("1");
        one.closed();
        registry.track(one);
        one.onClose(() -> registry.untrack(one));
        assertThat(registry.count()).isZero();
    }

    @Test
    void aJoinThatRacesWithTheEndLeavesNothingBehind() throws Exception {
        // The failure looked like a closed connection that stayed a member of its agent for ever.
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            int rounds = 5_000;
            List<Connection> connections = new ArrayList<>();
            for (int i = 0; i < rounds; i++) {
                Connection connection = open("c" + i);
                connections.add(connection);
                registry.track(connection);
            }
            AtomicInteger joining = new AtomicInteger(-1);
            Future<?> joins = threads.submit(() -> {
                for (Connection connection : connections) {
                    joining.incrementAndGet();
                    for (int agent = 0; agent < 20; agent++) {
                        registry.joined(connection, "a" + agent);
                    }
                }
            });
            Future<?> ends = threads.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    while (joining.get() < i) {
                        Thread.onSpinWait();
                    }
                    registry.untrack(connections.get(i));
                }
            });
            joins.get();
            ends.get();
            assertThat(registry.agents()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void racesLeaveNothingBehind() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 150; round++) {
                List<Connection> connections = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    connections.add(open(round + "-" + i));
                }
                CyclicBarrier barrier = new CyclicBarrier(4);
                List<Future<?>> running = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    int seed = round * 4 + t;
                    running.add(threads.submit(() -> {
                        Random random = new Random(seed);
                        barrier.await();
                        for (int i = 0; i < 200; i++) {
                            Connection connection = connections.get(random.nextInt(6));
                            String agent = "agent" + random.nextInt(3);
                            switch (random.nextInt(7)) {
                                case 0 -> registry.track(connection);
                                case 1 -> registry.untrack(connection);
                                case 2 -> registry.left(connection, agent);
                                case 3 -> registry.sendToAgent(agent, push());
                                case 4 -> registry.listActive();
                                default -> registry.joined(connection, agent);
                            }
                        }
                        return null;
                    }));
                }
                for (Future<?> future : running) {
                    future.get();
                }
                connections.forEach(registry::untrack);
                assertThat(registry.count()).isZero();
                assertThat(registry.agents()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aConnectionCutOffDuringABroadcastDoesNotDisturbIt() {
        FakeTransport fine = new FakeTransport(Behaviour.INLINE);
        FakeTransport broken = new FakeTransport(Behaviour.THROWS);
        Connection dead = open("1", broken, PhoenixCodec.Version.V2);
        registry.track(dead);
        dead.onClose(() -> registry.untrack(dead));
        registry.track(open("2", fine, PhoenixCodec.Version.V2));
        registry.broadcastToAll(push());

        assertThat(fine.count()).isEqualTo(1);
        assertThat(broken.aborts()).containsExactly(CloseReason.INTERNAL);
        assertThat(registry.count()).isEqualTo(1);
    }
}
