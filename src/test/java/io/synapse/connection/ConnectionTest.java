package io.synapse.connection;

import static io.synapse.connection.Frames.SEND_TIMEOUT;
import static io.synapse.connection.Frames.bounds;
import static io.synapse.connection.Frames.roomy;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ConnectionTest {

    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final FakeTransport transport = new FakeTransport(Behaviour.LATER);

    private Connection open(Transport to, OutboxConfig config) {
        return new Connection(
                "c1",
                "127.0.0.1",
                0,
                to,
                codecs.open(PhoenixCodec.Version.V2),
                new Connection.Environment(config, timers.ticker(), timers, counters));
    }

    private static ServerMessage push(String text) {
        return new ServerMessage.Push(null, "cortex:a", "note", Payloads.of("text", text));
    }

    private static ServerMessage reply() {
        return new ServerMessage.Reply(new Address(null, Ref.of("1"), "cortex:a"), ServerMessage.Status.OK, Body.EMPTY);
    }

    @Test
    void repliesPassStreams() {
        Connection connection = open(transport, roomy());
        connection.sendData(push("1"));
        connection.sendData(push("2"));
        connection.send(reply());
        transport.completeAll();

        assertThat(transport.texts())
                .containsExactly(
                        "[null,null,\"cortex:a\",\"note\",{\"text\":\"1\"}]",
                        "[null,\"1\",\"cortex:a\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]",
                        "[null,null,\"cortex:a\",\"note\",{\"text\":\"2\"}]");
    }

    @Test
    @Tag("B5")
    void aClientThatDoesNotReadIsCutOffOnce() {
        Connection connection = open(transport, bounds(16, 1 << 20, 1024));
        for (int i = 0; i < 30; i++) {
            connection.sendData(push("x"));
        }

        assertThat(transport.aborts()).containsExactly(CloseReason.SLOW_CONSUMER);
        assertThat(connection.isOpen()).isFalse();
        assertThat(counters.get(Counter.SLOW_CONSUMERS)).isEqualTo(1);
        assertThat(counters.get(Counter.CONNECTIONS_CLOSED)).isEqualTo(1);
        assertThat(counters.get(Counter.FRAMES_SENT)).isZero();
        assertThat(counters.get(Counter.FRAMES_DROPPED)).isEqualTo(17);
    }

    @Test
    void isCutOffOnceWhenManyThreadsFindTheOutboxFull() throws Exception {
        // The failure looked like one slow client counted, logged and aborted once for each thread.
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 200; round++) {
                Counters counted = new Counters();
                FakeTransport stuck = new FakeTransport(Behaviour.NEVER);
                Connection connection = new Connection(
                        "c" + round,
                        "127.0.0.1",
                        0,
                        stuck,
                        codecs.open(PhoenixCodec.Version.V2),
                        new Connection.Environment(bounds(16, 1 << 20, 1024), timers.ticker(), timers, counted));
                AtomicInteger told = new AtomicInteger();
                connection.onClose(told::incrementAndGet);
                CyclicBarrier barrier = new CyclicBarrier(4);
                List<Future<?>> running = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    running.add(threads.submit(() -> {
                        barrier.await();
                        for (int i = 0; i < 20; i++) {
                            connection.sendData(push("x"));
                        }
                        return null;
                    }));
                }
                for (Future<?> future : running) {
                    future.get();
                }
                assertThat(stuck.aborts()).hasSize(1);
                assertThat(counted.get(Counter.SLOW_CONSUMERS)).isEqualTo(1);
                assertThat(told).hasValue(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @Tag("B5")
    void aClientThatTakesNoFrameInTimeIsCutOff() {
        Connection connection = open(transport, roomy());
        connection.send(reply());
        timers.advance(SEND_TIMEOUT);

        assertThat(transport.aborts()).containsExactly(CloseReason.SLOW_CONSUMER);
        assertThat(connection.isOpen()).isFalse();
        assertThat(counters.get(Counter.SLOW_CONSUMERS)).isEqualTo(1);
    }

    @Test
    void aBrokenTransportEndsTheConnection() {
        Connection connection = open(new FakeTransport(Behaviour.FAILS), roomy());
        AtomicInteger told = new AtomicInteger();
        connection.onClose(told::incrementAndGet);
        connection.send(reply());
        connection.send(reply());

        assertThat(connection.isOpen()).isFalse();
        assertThat(told).hasValue(1);
        assertThat(counters.get(Counter.CONNECTIONS_CLOSED)).isEqualTo(1);
    }

    @Test
    void aTransportThatThrowsOnAbortDoesNotKeepTheConnectionOpen() {
        transport.failToClose(new IllegalStateException("bug in the container"));
        Connection connection = open(transport, roomy());
        AtomicInteger told = new AtomicInteger();
        connection.onClose(told::incrementAndGet);
        connection.abort(CloseReason.INTERNAL);

        assertThat(connection.isOpen()).isFalse();
        assertThat(told).hasValue(1);
    }

    @Test
    void aContainerThatReportsTheCloseInsideTheAbortIsHeardOnce() {
        Connection[] connection = new Connection[1];
        AtomicInteger told = new AtomicInteger();
        connection[0] = open(
                new Transport() {
                    @Override
                    public void send(io.synapse.protocol.EncodedFrame frame, Completion completion) {}

                    @Override
                    public void ping() {}

                    @Override
                    public void close(CloseReason reason) {
                        connection[0].closed();
                    }

                    @Override
                    public void abort(CloseReason reason) {
                        connection[0].closed();
                    }
                },
                roomy());
        connection[0].onClose(told::incrementAndGet);
        connection[0].abort(CloseReason.POLICY);
        connection[0].closed();

        assertThat(told).hasValue(1);
        assertThat(counters.get(Counter.CONNECTIONS_CLOSED)).isEqualTo(1);
    }

    @Test
    void closeSendsWhatWaitsAndIsOverWhenTheContainerSaysSo() {
        Connection connection = open(transport, roomy());
        connection.send(reply());
        connection.send(reply());
        connection.close(CloseReason.SERVICE_RESTART);
        transport.completeAll();

        assertThat(transport.closes()).containsExactly(CloseReason.SERVICE_RESTART);
        assertThat(connection.isOpen()).isTrue();
        connection.closed();
        assertThat(connection.isOpen()).isFalse();
        assertThat(counters.get(Counter.FRAMES_SENT)).isEqualTo(2);
        assertThat(timers.pending()).isZero();
    }

    @Test
    void aClientThatNeverAnswersTheCloseIsAborted() {
        Connection connection = open(transport, roomy());
        connection.close(CloseReason.SERVICE_RESTART);
        timers.advance(SEND_TIMEOUT);

        assertThat(transport.aborts()).containsExactly(CloseReason.SERVICE_RESTART);
        assertThat(connection.isOpen()).isFalse();
        assertThat(counters.get(Counter.SLOW_CONSUMERS)).isZero();
    }

    @Test
    void tellsAListenerThatComesTooLateAtOnce() {
        Connection connection = open(transport, roomy());
        connection.closed();
        AtomicInteger told = new AtomicInteger();
        connection.onClose(told::incrementAndGet);
        connection.closed();
        assertThat(told).hasValue(1);
    }

    @Test
    @DisplayName("a listener that fails does not keep the others from being told, whatever it throws")
    void tellsEveryListener() {
        Connection connection = open(transport, roomy());
        AtomicInteger told = new AtomicInteger();
        connection.onClose(() -> {
            throw new IllegalStateException("bug");
        });
        connection.onClose(() -> {
            throw new NoClassDefFoundError("undeployed");
        });
        connection.onClose(told::incrementAndGet);
        connection.closed();
        assertThat(told).hasValue(1);
    }

    @Test
    void tellsEachListenerExactlyOnceWhenEndsAndListenersRace() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 2000; round++) {
                Connection connection = open(new FakeTransport(Behaviour.NEVER), roomy());
                AtomicInteger[] told = new AtomicInteger[80];
                CyclicBarrier barrier = new CyclicBarrier(4);
                List<Future<?>> running = new ArrayList<>();
                for (int t = 0; t < 2; t++) {
                    int from = t * 40;
                    running.add(threads.submit(() -> {
                        barrier.await();
                        for (int i = from; i < from + 40; i++) {
                            told[i] = new AtomicInteger();
                            connection.onClose(told[i]::incrementAndGet);
                        }
                        return null;
                    }));
                }
                running.add(threads.submit(() -> {
                    barrier.await();
                    connection.closed();
                    return null;
                }));
                running.add(threads.submit(() -> {
                    barrier.await();
                    connection.abort(CloseReason.INTERNAL);
                    return null;
                }));
                for (Future<?> future : running) {
                    future.get();
                }
                assertThat(told).allSatisfy(count -> assertThat(count).hasValue(1));
            }
            assertThat(counters.get(Counter.CONNECTIONS_CLOSED)).isEqualTo(2000);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @Tag("B5")
    void pumpsAStreamWhenThereIsRoomAgain() {
        Connection connection = open(transport, bounds(1000, 1 << 20, 200));
        Backlog backlog = new Backlog(connection, "a", 50);
        connection.addSource(backlog);
        backlog.pump();
        assertThat(backlog.left).isPositive();

        transport.completeAll();
        assertThat(backlog.left).isZero();
        assertThat(transport.count()).isEqualTo(50);
    }

    @Test
    @Tag("M8")
    void aStreamWithABacklogDoesNotStarveAnother() {
        // The failure looked like the second query's first thought after the first query's last.
        Connection connection = open(transport, bounds(1000, 1 << 20, 200));
        Backlog first = new Backlog(connection, "a", 200);
        Backlog second = new Backlog(connection, "b", 200);
        connection.addSource(first);
        connection.addSource(second);
        first.pump();
        second.pump();
        for (int i = 0; i < 100; i++) {
            transport.completeNext();
        }

        assertThat(first.left).isBetween(130, 160);
        assertThat(second.left).isBetween(130, 160);
    }

    @Test
    void aStreamThatWasTakenAwayIsNotPumped() {
        Connection connection = open(transport, bounds(1000, 1 << 20, 200));
        Backlog backlog = new Backlog(connection, "a", 50);
        connection.addSource(backlog);
        backlog.pump();
        int left = backlog.left;
        connection.removeSource(backlog);
        transport.completeAll();
        assertThat(backlog.left).isEqualTo(left);
    }

    @Test
    void aStreamThatThrowsEndsTheConnectionAndNothingElse() {
        Connection connection = open(transport, bounds(1000, 1 << 20, 200));
        AtomicInteger told = new AtomicInteger();
        connection.onClose(told::incrementAndGet);
        connection.addSource(() -> {
            throw new IllegalStateException("bug");
        });
        new Backlog(connection, "a", 50).pump();
        transport.completeAll();

        assertThat(transport.aborts()).containsExactly(CloseReason.INTERNAL);
        assertThat(told).hasValue(1);
    }

    @Test
    void anEndedConnectionHasNoRoomAndSendsNothing() {
        Connection connection = open(transport, roomy());
        connection.closed();
        assertThat(connection.requestRoom()).isFalse();
        connection.send(reply());
        assertThat(transport.count()).isZero();
    }

    private static final class Backlog implements Connection.Source {
        private final Connection connection;
        private final String name;
        private int left;

        private Backlog(Connection connection, String name, int left) {
            this.connection = connection;
            this.name = name;
            this.left = left;
        }

        @Override
        public void pump() {
            while (left > 0 && connection.requestRoom()) {
                left--;
                connection.sendData(push(name));
            }
        }
    }
}
